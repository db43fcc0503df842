//! Whether what a workshop has can be right: work centres, people, tools, and what is known of things.

use super::calendar::check_calendar;
use super::{
    Mistakes, check_amount, check_lot, check_name, check_seconds, check_text, mistake, name, not_too_long,
    repeated, shown, work_center_at,
};
use crate::{Item, Person, Tool, WorkCenter};
use vocab::{SpecId, phrase};

const CHANGEOVERS_MAX: usize = 4_096;
/// Most units where what runs on each is followed.
const UNITS_IN_SEQUENCE_MAX: u32 = 1_000;
const EFFICIENCY_MAX: u32 = 1_000;
const SKILLS_MAX: usize = 64;

pub(super) fn check_work_center(key: &str, center: &WorkCenter, found: &mut Mistakes) {
    let at = work_center_at(&shown(key));
    found.take(check_name(&at, name(), key));
    found.take(check_text(&at, center.name.as_ref()));
    if !(1..=EFFICIENCY_MAX).contains(&center.efficiency_percent) {
        let remedy = phrase("give 1 to 1000 percent", "请给出 1 至 1000（百分比）");
        found.add(mistake(&at, phrase("efficiency_percent", "效率"), center.efficiency_percent, remedy));
    }
    let changeovers = &center.changeovers;
    found.take(not_too_long(&at, phrase("changeovers", "个换型"), changeovers.len(), CHANGEOVERS_MAX));
    if !changeovers.is_empty() && !(1..=UNITS_IN_SEQUENCE_MAX).contains(&center.units) {
        let remedy = phrase(
            "give 1 to 1000 where set-up depends on what ran before",
            "准备时间取决于前一作业时，请给出 1 至 1000",
        );
        found.add(mistake(&at, phrase("units", "工位数"), center.units, remedy));
    }
    for (index, changeover) in changeovers.iter().take(CHANGEOVERS_MAX).enumerate() {
        let number = index + 1;
        let at = at.clone().and(format!(", changeover {number}"), format!("第 {number} 个换型"));
        found.take(check_name(&at, phrase("from", "换型前"), &changeover.from));
        found.take(check_name(&at, phrase("to", "换型后"), &changeover.to));
        found.take(check_seconds(&at, "setup_s", changeover.setup_s));
    }
    for (from, to) in repeated(changeovers.iter().map(|c| (&c.from, &c.to))) {
        let pair = format!("{} -> {}", shown(from), shown(to));
        let remedy = phrase("list it once", "请只列一次");
        found.add(mistake(&at, phrase("the same changeover twice", "同一换型列了两次"), pair, remedy));
    }
    if let Some(calendar) = &center.calendar {
        check_calendar(&at, calendar, found);
    }
}

pub(super) fn check_person(key: &str, person: &Person, found: &mut Mistakes) {
    let label = shown(key);
    let at = phrase(format!("person '{label}'"), format!("人员“{label}”"));
    found.take(check_name(&at, name(), key));
    let count = person.skills.len();
    if count == 0 {
        let remedy = phrase("give at least one skill that a step asks for", "请至少给出一项步骤所需的技能");
        found.add(mistake(&at, phrase("number of skills", "技能数"), count, remedy));
    }
    found.take(not_too_long(&at, phrase("skills", "项技能"), count, SKILLS_MAX));
    for skill in person.skills.iter().take(SKILLS_MAX) {
        found.take(check_name(&at, phrase("skill", "技能"), skill));
    }
    if let Some(calendar) = &person.calendar {
        check_calendar(&at, calendar, found);
    }
}

pub(super) fn check_tool(key: &str, tool: &Tool, found: &mut Mistakes) {
    let label = shown(key);
    let at = phrase(format!("tool '{label}'"), format!("工装“{label}”"));
    found.take(check_name(&at, name(), key));
    if tool.units == 0 {
        let remedy = phrase("give at least one, or take the tool out", "请至少给出 1，或删除此工装");
        found.add(mistake(&at, phrase("units", "数量"), 0, remedy));
    }
}

pub(super) fn check_item(spec: &SpecId, item: &Item, found: &mut Mistakes) {
    let at = phrase(format!("item {spec}"), format!("物料 {spec}"));
    found.take(check_amount(&at, &phrase("safety stock", "安全库存"), item.safety_stock));
    found.take(check_seconds(&at, "shelf_life_s", item.shelf_life_s));
    if let Some(purchase) = &item.purchase {
        let at = at.and(", purchase", "的采购");
        found.take(check_seconds(&at, "lead_time_s", purchase.lead_time_s));
        check_lot(&at, &purchase.lot, None, found);
        if let Some(calendar) = &purchase.calendar {
            check_calendar(&at, calendar, found);
        }
    }
}
