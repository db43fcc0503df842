//! Order lines of a wholesaler-retailer: read, cleaned, and where its prices fall with quantity.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use flate2::{Compression, write::GzEncoder};
use sim::retail::{Break, Breaks, Orders, ReadError, Rejection, place};
use std::io::Write;
use std::path::Path;
use vocab::{Decimal, Said};

const HEAD: &str = "invoice,stock_code,description,quantity,invoiced_at,unit_price_gbp,customer,country\n";
const FILE: &str = "../../../shared/data/retail/orders-2010-12-to-2011-06.csv.gz";

fn read(text: &str) -> Result<Orders, ReadError> {
    Orders::read(format!("{HEAD}{text}").as_bytes(), |_| {})
}
fn row(invoice: &str, code: &str, quantity: i64, price: &str) -> String {
    format!("{invoice},{code},WHITE HEART,{quantity},2010-12-01T08:26:00,{price},17850,United Kingdom\n")
}
fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn every_row_is_an_order_or_counted_by_the_reason_it_is_none() {
    let good = row("536365", "85123A", 6, "2.55");
    let text = [
        good.clone(),
        row("C536365", "85123A", -6, "2.55"),
        row("A536365", "B", 1, "11062.06"),
        row("536366", "POST", 1, "18"),
        row("536366", "AMAZONFEE", 1, "18"),
        "536367,21733,damaged,1,2010-12-01T08:26:00,2.55,,United Kingdom\n".to_owned(),
        row("536368", "21733", -3, "2.55"),
        row("536369", "21733", 3, "0"),
        good,
        "536370,21733\n".to_owned(),
        row("536371", "21733", 99_999_999, "1"),
        "536372,21733,WHITE HEART,3,yesterday,1,,\n".to_owned(),
        "536373,21733,\"RED, LARGE\",3,2010-12-06T00:00:00,1,,France\n".to_owned(),
    ];
    let orders = read(&text.concat()).unwrap();
    let count = |why| orders.rejected.get(&why).copied().unwrap_or(0);
    assert_eq!(Rejection::ALL.map(count), [3, 1, 1, 2, 1, 1, 1, 1]);
    assert_eq!((orders.rows, orders.lines.len()), (13, 2));
    assert_eq!(orders.customers, ["17850", "invoice-536373"]);
    assert_eq!(orders.codes[0].spec.as_str(), "85123a");
    assert_eq!(orders.codes[1].name, "RED, LARGE");
    let weeks: Vec<String> = orders.weeks().iter().map(ToString::to_string).collect();
    assert_eq!(weeks, ["2010-11-29T00:00:00Z", "2010-12-06T00:00:00Z"]);
}

#[test]
fn nonsense_is_an_error_that_says_why_in_both_languages() {
    let mut cut = GzEncoder::new(vec![], Compression::fast());
    let many: String = (0..5_000).map(|n| row(&n.to_string(), "85123A", n + 1, "2.55")).collect();
    cut.write_all(format!("{HEAD}{many}").as_bytes()).unwrap();
    let mut cut = cut.finish().unwrap();
    cut.truncate(cut.len() / 2);
    let garbage = [0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9];
    let open = format!("{HEAD}1,\"{}", "x".repeat(3 << 20));
    let cases: [(&[u8], &str); 7] = [
        (b"", "'invoice' is missing"),
        (b"a,b,c\n1,2,3\n", "'invoice' is missing"),
        (b"\xff\xfe\x00\x00binary", "'invoice' is missing"),
        (&garbage, "cannot be read"),
        (&cut, "complete?"),
        (open.as_bytes(), "quotation mark"),
        (HEAD.as_bytes(), "none of the 0 rows"),
    ];
    for (bytes, expected) in cases {
        let error = Orders::read(bytes, |_| {}).unwrap_err();
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert!(error.zh() != error.to_string());
    }
}

#[test]
fn a_break_is_where_a_lower_price_holds_consistently() {
    let mut text = String::new();
    for n in 0..20 {
        text += &row(&(100 + n).to_string(), "85123A", 1 + n, "2.95");
        text += &row(&(200 + n).to_string(), "85123A", 32 + n, "2.55");
        // as many lines, but the price has nothing to do with the quantity
        text += &row(&(300 + n).to_string(), "21733", 1 + n, if n % 2 == 0 { "2.95" } else { "2.55" });
        // dearer in bulk
        text += &row(&(400 + n).to_string(), "21734", 1 + n, if n < 10 { "1" } else { "2" });
    }
    let orders = read(&text).unwrap();
    let breaks = Breaks::infer(&orders);
    let expected = Break { from: 32, single: decimal("2.95"), volume: decimal("2.55") };
    assert_eq!(breaks.0.into_iter().collect::<Vec<_>>(), [(0, expected)]);
}

#[test]
fn perfect_pooling_lifts_what_reaches_the_break_within_a_week() {
    let at = Break { from: 32, single: decimal("2.95"), volume: decimal("2.55") };
    let line = |day: &str, quantity: i64| {
        format!("{quantity},85123A,WHITE HEART,{quantity},2010-12-{day}T08:26:00,2.95,,\n")
    };
    // 30 + 5 in the first week, 31 in the second
    let orders = read(&[line("01", 30), line("02", 5), line("06", 31)].concat()).unwrap();
    let perfect = Breaks([(0, at)].into()).perfect(&orders);
    let found: Vec<_> = perfect.values().map(|p| (p.lines, p.saving)).collect();
    assert_eq!(found, [(2, decimal("14")), (0, Decimal::ZERO)]);
}

#[test]
fn a_name_has_one_place_and_names_are_spread() {
    assert_eq!(place("17850"), place("17850"));
    let places: std::collections::BTreeSet<_> = (0..100).map(|n| place(&n.to_string()).latitude).collect();
    assert!(places.len() > 70, "{}", places.len());
}

#[test]
fn the_published_file_has_the_breaks_it_is_known_for() {
    let Ok(file) = std::fs::File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)) else {
        return println!("skipped: {FILE} is not there");
    };
    let orders = Orders::read(file, |_| {}).unwrap();
    let breaks = Breaks::infer(&orders);
    let perfect: Decimal = breaks.perfect(&orders).values().map(|p| p.saving).sum();
    let share = perfect.to_f64_lossy() / orders.spend().to_f64_lossy();
    println!("{} lines, {} rejected {:?}", orders.lines.len(), orders.rows, orders.rejected);
    println!(
        "{} codes, {} customers, {} breaks, {share:.4}",
        orders.codes.len(),
        orders.customers.len(),
        breaks.0.len()
    );
    assert_eq!(orders.rows, 245_903);
    let heart = orders.codes.iter().position(|c| c.spec.as_str() == "85123a").unwrap();
    assert_eq!(breaks.0[&heart], Break { from: 32, single: decimal("2.95"), volume: decimal("2.55") });
    assert!((0.0575..0.0595).contains(&share), "{share}");
}
