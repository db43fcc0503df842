use super::read::{File, read};
use super::*;
use crate::i18n::{Lang, is_chinese};
use jiff::Timestamp;

fn csv(stem: &str, text: &str) -> File {
    let (name, stem, bytes) = (format!("{stem}.csv"), stem.to_owned(), text.as_bytes().to_vec());
    File { name, stem, is_workbook: false, bytes }
}

fn taken(files: Vec<File>, lang: Lang) -> std::result::Result<Workshop, Vec<String>> {
    let slips = Slips::new(lang);
    let tables = read(files, &slips);
    let workshop = take(&tables, Timestamp::UNIX_EPOCH, &slips);
    if slips.is_empty() { Ok(workshop) } else { Err(slips.into_list()) }
}

fn folder(path: &std::path::Path) -> Vec<File> {
    let paths = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let file = |path: std::path::PathBuf| File {
        name: path.file_name().unwrap().to_str().unwrap().to_owned(),
        stem: path.file_stem().unwrap().to_str().unwrap().to_owned(),
        is_workbook: false,
        bytes: std::fs::read(path).unwrap(),
    };
    paths.map(file).collect()
}

fn example() -> Workshop {
    serde_json::from_str(include_str!("example.json")).unwrap()
}

#[test]
fn a_chinese_spreadsheet_and_an_english_one_give_the_same_model() {
    let english = vec![
        csv("inputs", "output,input,quantity,per\nchair,oak,2.5,\nchair,drawing,1,order\n"),
        csv(
            "steps",
            "output,step,work_center,setup_s,run_s,skill\nchair,saw,saw,15min,120,sawing\nchair,glue,bench,,1h,\n",
        ),
        csv("work_centers", "work_center,units,calendar\nsaw,2,day\nbench,0,\n"),
        csv(
            "calendars",
            "calendar,zone,kind,days,from,to,start,duration_h,rule\nday,Asia/Shanghai,shift,mon-fri,08:00,17:00,,,\n\
             day,,shift,\"sat, sun\",08:00,12:00,,,\nday,,closed,,,,2026-10-01,3d,FREQ=YEARLY\n",
        ),
        csv("people", "person,skills\nA,sawing;planing\n"),
        csv("demands", "spec,quantity,due,demand\nchair,4,2026-12-20T08:00:00Z,D1\n"),
    ];
    let chinese = vec![
        csv("投入", "产出,投入,数量,按\nchair,oak,2.5,批\nchair,drawing,1,单\n"),
        csv(
            "工序",
            "产出,工序,工作中心,准备秒数,加工秒数,技能\nchair,saw,saw,15分,120,sawing\nchair,glue,bench,,1小时,\n",
        ),
        csv("工作中心", "工作中心,工位数,日历\nsaw,2,day\nbench,0,\n"),
        csv(
            "日历",
            "日历,时区,类别,星期,开始,结束,起始,时长小时,重复\nday,Asia/Shanghai,班次,周一至周五,8:00,17:00,,,\n\
             day,,班次,周六、星期天,8：00,12:00,,,\nday,,停工,,,,2026-10-01,3天,FREQ=YEARLY\n",
        ),
        csv("人员", "人员,技能\nA,sawing；planing\n"),
        csv("需求", "规格,数量,期限,单号\nchair,4,2026-12-20T08:00:00Z,D1\n"),
    ];
    let (english, chinese) = (taken(english, Lang::En).unwrap(), taken(chinese, Lang::Zh).unwrap());
    assert_eq!(english, chinese);
    let saw = &english.model.recipes.values().next().unwrap().steps[0];
    assert_eq!((saw.setup_s, saw.run_s), (900, 120));
    let calendar = english.model.work_centers["saw"].calendar.as_ref().unwrap();
    assert_eq!((calendar.shifts[0].days.len(), calendar.shifts[1].days.len()), (5, 2));
    assert_eq!(calendar.closed[0].duration_s, 3 * 86_400);
}

#[test]
fn what_is_written_reads_back_the_same_in_both_languages_and_forms() {
    for lang in [Lang::En, Lang::Zh] {
        let book = give(&example());
        let dir = tempfile::tempdir().unwrap();
        write_csv(&book, dir.path(), lang).unwrap();
        assert_eq!(taken(folder(dir.path()), lang), Ok(example()), "{lang:?}");
        let bytes = write_xlsx(&book, lang).unwrap();
        let workbook = File { name: "w.xlsx".to_owned(), stem: "w".to_owned(), is_workbook: true, bytes };
        assert_eq!(taken(vec![workbook], lang), Ok(example()), "{lang:?}");
    }
}

#[test]
fn a_template_explains_every_sheet_and_is_an_example_itself() {
    for lang in [Lang::En, Lang::Zh] {
        let book = template(lang).unwrap();
        assert_eq!(book.len(), Kind::ALL.len());
        let dir = tempfile::tempdir().unwrap();
        write_csv(&book, dir.path(), lang).unwrap();
        assert_eq!(taken(folder(dir.path()), lang), Ok(example()), "{lang:?}");
    }
    for column in Kind::ALL.iter().flat_map(|kind| kind.columns()) {
        assert!(is_chinese(column.zh) && is_chinese(column.about.1), "{}", column.name);
        assert!(!is_chinese(column.about.0), "{}", column.name);
    }
}

#[test]
fn a_workbook_of_a_spreadsheet_has_real_dates_times_and_numbers() {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Calendars").unwrap();
    let header = ["calendar", "zone", "kind", "days", "from", "to", "start", "duration_h"];
    for (name, at) in header.into_iter().zip(0..) {
        // the table begins below a title
        sheet.write_string(2, at, name).unwrap();
    }
    let time = Format::new().set_num_format("hh:mm");
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (column, text) in [(0, "day"), (1, "UTC"), (2, "shift"), (3, "mon")] {
        sheet.write_string(3, column, text).unwrap();
    }
    for (column, hour) in [(4, 7), (5, 15)] {
        sheet
            .write_datetime_with_format(3, column, ExcelDateTime::from_hms(hour, 30, 0).unwrap(), &time)
            .unwrap();
    }
    for (row, kind) in [(4, "holiday"), (5, "overtime")] {
        sheet.write_string(row, 0, "day").unwrap();
        sheet.write_string(row, 2, kind).unwrap();
        let day = ExcelDateTime::from_ymd(2026, 12, 24).unwrap();
        sheet.write_datetime_with_format(row, 6, day, &date).unwrap();
        sheet.write_number(row, 7, 0.1 + 0.2).unwrap();
    }
    let sheet = workbook.add_worksheet().set_name("work_centers").unwrap();
    for (cell, at) in ["work_center", "calendar"].into_iter().zip(0..) {
        sheet.write_string(0, at, cell).unwrap();
    }
    sheet.write_number(1, 0, 7).unwrap();
    sheet.write_string(1, 1, "day").unwrap();
    workbook.add_worksheet().set_name("notes").unwrap().write_string(0, 0, "whatever").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let file = File { name: "shop.xlsx".to_owned(), stem: "shop".to_owned(), is_workbook: true, bytes };
    let workshop = taken(vec![file], Lang::En).unwrap();
    let calendar = workshop.model.work_centers["7"].calendar.as_ref().unwrap();
    let shift = &calendar.shifts[0];
    assert_eq!(
        (shift.from.to_string(), shift.to.to_string()),
        ("07:30:00".to_owned(), "15:30:00".to_owned())
    );
    assert_eq!(calendar.holidays[0].to_string(), "2026-12-24");
    assert_eq!(calendar.overtime[0].start.to_string(), "2026-12-24T00:00:00");
    assert_eq!(calendar.overtime[0].duration_s, 1_080);
}

#[test]
fn all_mistakes_are_named_with_sheet_row_column_and_value() {
    let files = vec![
        csv(
            "steps",
            "output,step,work_center,run_s,people,skill\n# a comment,,,,,\nchair,saw,,soon,,\n\nchair,glue,bench,60,2,gluing\nchair!,paint,bench,60,,\n",
        ),
        csv("inputs", "output,input,quantity\nchair,oak,-1\nchair,glue,a lot\n"),
        csv("calendars", "calendar,zone,kind,days,from,to\nday,UTC,shift,someday,8am,17:00\n"),
        csv("stock", "spec,amount\noak,4\n"),
        csv("chairs", "a,b\n"),
        csv("demands", "spec,quantity,demand\nchair,1,D1\nchair,2,D1\n"),
    ];
    let slips = taken(files, Lang::En).unwrap_err();
    let expected = [
        "stock.csv: column 'amount' is not known",
        "stock.csv: column 'quantity' is missing",
        "chairs.csv: no sheet is called so",
        "calendars.csv, row 2, column 'days': 'someday'",
        "calendars.csv, row 2, column 'from': '8am'",
        "inputs.csv, row 2, column 'quantity': '-1'",
        "inputs.csv, row 3, column 'quantity': 'a lot'",
        "steps.csv, row 3, column 'run_s': 'soon'",
        "steps.csv, row 3, column 'work_center': ''",
        "steps.csv, row 6, column 'output': 'chair!'",
        "demands.csv, row 3, column 'demand': 'D1'",
    ];
    for part in expected {
        assert!(slips.iter().any(|slip| slip.contains(part)), "{part}\n{}", slips.join("\n"));
    }
    assert_eq!(slips.len(), expected.len(), "{}", slips.join("\n"));
}

#[test]
fn what_cannot_be_right_about_the_whole_is_named_with_its_row() {
    let files = || {
        vec![
            csv("steps", "output,step,work_center,run_s,scrap\nchair,saw,saw,60,\nchair,glue,bank,60,2\n"),
            csv("inputs", "output,input,quantity\nchair,leg,4\nleg,chair,1\n"),
            csv("work_centers", "work_center,efficiency_percent\nsaw,0\n"),
        ]
    };
    let slips = taken(files(), Lang::En).unwrap_err();
    let expected = [
        "work_centers.csv, row 2: work centre 'saw': efficiency_percent '0'",
        "steps.csv, row 3: recipe chair, step 2: scrap '2'",
        "steps.csv, row 3: recipe chair, step 2: unknown work centre 'bank'",
        "inputs.csv, row 3: recipe leg: number of steps '0'",
        "a recipe that needs itself: chair -> leg -> chair",
    ];
    for part in expected {
        assert!(slips.iter().any(|slip| slip.contains(part)), "{part}\n{}", slips.join("\n"));
    }
    assert!(taken(files(), Lang::Zh).unwrap_err().iter().all(|slip| is_chinese(slip)));
    let many: String = (0..300).map(|n| format!("chair,part-{n},none\n")).collect();
    let many = csv("inputs", &format!("output,input,quantity\n{many}"));
    assert_eq!(taken(vec![many], Lang::En).unwrap_err().len(), 100);
}

#[test]
fn cells_are_read_as_people_write_them() {
    let seconds = |text: &str, unit| cells::duration(unit)(text).ok();
    assert_eq!(seconds("90", 60), Some(5_400));
    assert_eq!(seconds("1.5", 86_400), Some(129_600));
    assert_eq!(seconds("1.5 h", 1), Some(5_400));
    assert_eq!(seconds("2 Days", 1), Some(172_800));
    assert_eq!(seconds("10分钟", 1), Some(600));
    for wrong in ["", "h", "2 weeks", "1e3", "two"] {
        assert_eq!(seconds(wrong, 1), None, "{wrong}");
    }
    for (n, unit) in [(86_400, 86_400), (3_600, 86_400), (90, 3_600), (61, 60), (0, 60)] {
        assert_eq!(seconds(&cells::write_duration(n, unit), unit), Some(n));
    }
    let count = |text: &str| cells::days(text).map_or(0, |days| days.len());
    assert_eq!([count("Monday"), count("fri-mon"), count("周日"), count("礼拜六，周日")], [1, 4, 1, 2]);
    assert_eq!([count(""), count("m"), count("mon-"), count("周八")], [0; 4]);
}
