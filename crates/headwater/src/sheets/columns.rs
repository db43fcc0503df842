//! Which sheets there are and what stands in their columns.
//!
//! Names are accepted in either language; what this program writes is in the reader's.

use crate::i18n::Lang;

/// A sheet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Situation,
    Items,
    Recipes,
    Inputs,
    Substitutes,
    ByProducts,
    Steps,
    Alternatives,
    WorkCenters,
    Changeovers,
    Calendars,
    People,
    Tools,
    Stock,
    Receipts,
    Demands,
}

/// A column: its names, and what is written in it.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) zh: &'static str,
    pub(crate) about: (&'static str, &'static str),
    pub(crate) required: bool,
    pub(crate) number: bool,
}

const fn text(name: &'static str, zh: &'static str, about: (&'static str, &'static str)) -> Column {
    Column { name, zh, about, required: false, number: false }
}
const fn key(name: &'static str, zh: &'static str, about: (&'static str, &'static str)) -> Column {
    Column { name, zh, about, required: true, number: false }
}
const fn number(name: &'static str, zh: &'static str, about: (&'static str, &'static str)) -> Column {
    Column { name, zh, about, required: false, number: true }
}
const fn amount(name: &'static str, zh: &'static str, about: (&'static str, &'static str)) -> Column {
    Column { name, zh, about, required: true, number: true }
}

const OUTPUT: Column = key("output", "产出", ("what is made", "做什么"));
const CALENDAR: Column = text("calendar", "日历", ("one of the sheet calendars", "日历表中的一个"));
const SETUP: Column = number(
    "setup_s",
    "准备秒数",
    ("working seconds once per order; or 15min, 2h", "每单一次的作业秒数；也可写 15分、2小时"),
);
const RUN: Column = number("run_s", "加工秒数", ("working seconds per batch", "每批的作业秒数"));
const LOT_MIN: Column = number("lot_min", "最小批量", ("an order is for at least so much", "每单至少这么多"));
const LOT_MAX: Column = number("lot_max", "最大批量", ("and at most so much", "每单至多这么多"));
const LOT_MULTIPLE: Column =
    number("lot_multiple", "批量倍数", ("and a multiple of so much", "每单须为此数的倍数"));
const UNITS: Column = number("units", "数量", ("how many there are", "有多少"));

const SITUATION: &[Column] = &[key("now", "现在", ("nothing is planned before this", "计划从此时开始"))];
const ITEMS: &[Column] = &[
    key("spec", "规格", ("a thing", "物料")),
    number("safety_stock", "安全库存", ("so much stays in stock", "库存保留这么多")),
    number("shelf_life_days", "保质天数", ("how long a lot keeps; or 36h", "一批能放多久；也可写 36小时")),
    number("lead_time_days", "采购天数", ("from order to arrival, when it is bought", "外购时从下单到到货")),
    LOT_MIN,
    LOT_MAX,
    LOT_MULTIPLE,
    CALENDAR,
];
const RECIPES: &[Column] = &[
    OUTPUT,
    number("batch", "每批产量", ("how much comes out of one batch", "一批产出多少")),
    LOT_MIN,
    LOT_MAX,
    LOT_MULTIPLE,
];
const INPUTS: &[Column] = &[
    OUTPUT,
    key("input", "投入", ("what goes in", "投入什么")),
    amount("quantity", "数量", ("how much for each batch", "每批多少")),
    text("per", "按", ("batch, or order for so much however large it is", "批；或单：不论多大，每单这么多")),
];
const SUBSTITUTES: &[Column] = &[
    OUTPUT,
    key("input", "投入", ("an input of it", "其投入物")),
    key("substitute", "替代料", ("what may go in instead", "可以代替的物料")),
    amount("quantity", "数量", ("how much of it", "用量")),
];
const BY_PRODUCTS: &[Column] = &[
    OUTPUT,
    key("by_product", "副产品", ("what else comes out", "还产出什么")),
    amount("quantity", "数量", ("how much per batch", "每批多少")),
];
const STEPS: &[Column] = &[
    OUTPUT,
    key("step", "工序", ("what is done; one row each, in order", "做什么；每步一行，按顺序")),
    text("work_center", "工作中心", ("where", "在哪里")),
    SETUP,
    RUN,
    number("fixed_s", "等待秒数", ("seconds to wait afterwards, such as drying", "之后等待的秒数，例如晾干")),
    number("labour_s", "人工秒数", ("person-seconds per batch", "每批的人工秒数")),
    number("scrap", "废品率", ("share that comes out spoilt, such as 0.02", "报废的比例，例如 0.02")),
    text("skill", "技能", ("what those who do it must be able to do", "操作者须具备的技能")),
    number("people", "人数", ("how many of them", "需要几人")),
    text("tool", "工装", ("one of the sheet tools", "工装表中的一个")),
    text("family", "换型族", ("what the work centre is set up for", "工作中心为哪一族准备")),
    number("transfer", "转移批量", ("the next step may begin after so much", "做完这么多，下一步即可开始")),
    text(
        "service",
        "外协服务",
        ("the service bought, when another firm does it", "由其他企业完成时，所采购的服务"),
    ),
    number("lead_time_days", "外协天数", ("from sending it out to having it back", "从送出到收回")),
];
const ALTERNATIVES: &[Column] = &[
    OUTPUT,
    key("step", "工序", ("one of its steps, by name or number", "其中一步的名称或序号")),
    key("work_center", "工作中心", ("where else it may be done", "还可以在哪里做")),
    SETUP,
    RUN,
];
const WORK_CENTERS: &[Column] = &[
    key("work_center", "工作中心", ("its name in the steps", "在工序中的名称")),
    text("name", "英文名称", ("for people", "英文显示名称")),
    text("name_zh", "中文名称", ("the same in Chinese", "中文显示名称")),
    number("units", "工位数", ("how many orders at once; 0 = no limit", "同时能做几单；0 = 不限")),
    CALENDAR,
    number(
        "efficiency_percent",
        "效率",
        ("percent of the times that the steps state", "相对于工序所写时间的百分比"),
    ),
];
const CHANGEOVERS: &[Column] = &[
    key("work_center", "工作中心", ("where", "在哪里")),
    key("from", "换型前", ("the family that ran before", "之前的族")),
    key("to", "换型后", ("the family to run", "之后的族")),
    SETUP,
];
const CALENDARS: &[Column] = &[
    key("calendar", "日历", ("its name", "名称")),
    key("kind", "类别", ("shift, holiday, closed or overtime", "班次、假日、停工或加班")),
    text("zone", "时区", ("time zone; in its first row", "时区；写在第一行")),
    text("days", "星期", ("of a shift: mon-fri, or mon,wed", "班次：周一至周五，或周一、周三")),
    text("from", "开始", ("of a shift: 08:00", "班次：08:00")),
    text("to", "结束", ("of a shift: 17:00", "班次：17:00")),
    text(
        "start",
        "起始",
        (
            "the date of a holiday; the first begin of a closure or of overtime",
            "假日日期；停工或加班首次开始的时间",
        ),
    ),
    number(
        "duration_h",
        "时长小时",
        ("hours of a closure or of overtime; or 2d", "停工或加班的小时数；也可写 2天"),
    ),
    text(
        "rule",
        "重复",
        ("when it recurs (RFC 5545), such as FREQ=YEARLY", "重复规则（RFC 5545），例如 FREQ=YEARLY"),
    ),
    text("name", "名称", ("for people", "显示名称")),
];
const PEOPLE: &[Column] = &[
    key("person", "人员", ("somebody who works", "工作人员")),
    key("skills", "技能", ("what this person can do, separated by ;", "具备的技能，用；分隔")),
    CALENDAR,
];
const TOOLS: &[Column] = &[key("tool", "工装", ("die, jig, gauge", "模具、夹具、量具")), UNITS];
const STOCK: &[Column] = &[
    key("spec", "规格", ("what there is", "有什么")),
    amount("quantity", "数量", ("how much", "多少")),
    text("lot", "批次", ("its name", "批次名称")),
    text("expires", "失效", ("not to be used after this", "此后不可使用")),
];
const RECEIPTS: &[Column] = &[
    key("spec", "规格", ("what is on its way", "什么在途")),
    amount("quantity", "数量", ("how much", "多少")),
    key("at", "到货", ("when it is there", "何时到")),
    text("receipt", "单号", ("its name", "名称")),
];
const DEMANDS: &[Column] = &[
    key("spec", "规格", ("what is wanted", "要什么")),
    amount("quantity", "数量", ("how much", "多少")),
    text("due", "期限", ("by when", "何时要")),
    number("priority", "优先级", ("1 before 2 before 3", "1 先于 2 先于 3")),
    text("demand", "单号", ("its name", "名称")),
];

impl Kind {
    pub(crate) const ALL: [Self; 16] = [
        Self::Situation,
        Self::Items,
        Self::Recipes,
        Self::Inputs,
        Self::Substitutes,
        Self::ByProducts,
        Self::Steps,
        Self::Alternatives,
        Self::WorkCenters,
        Self::Changeovers,
        Self::Calendars,
        Self::People,
        Self::Tools,
        Self::Stock,
        Self::Receipts,
        Self::Demands,
    ];

    /// Its name in both languages, and its columns.
    fn parts(self) -> (&'static str, &'static str, &'static [Column]) {
        match self {
            Self::Situation => ("situation", "现状", SITUATION),
            Self::Items => ("items", "物料", ITEMS),
            Self::Recipes => ("recipes", "配方", RECIPES),
            Self::Inputs => ("inputs", "投入", INPUTS),
            Self::Substitutes => ("substitutes", "替代料", SUBSTITUTES),
            Self::ByProducts => ("by_products", "副产品", BY_PRODUCTS),
            Self::Steps => ("steps", "工序", STEPS),
            Self::Alternatives => ("alternatives", "替代工作中心", ALTERNATIVES),
            Self::WorkCenters => ("work_centers", "工作中心", WORK_CENTERS),
            Self::Changeovers => ("changeovers", "换型", CHANGEOVERS),
            Self::Calendars => ("calendars", "日历", CALENDARS),
            Self::People => ("people", "人员", PEOPLE),
            Self::Tools => ("tools", "工装", TOOLS),
            Self::Stock => ("stock", "库存", STOCK),
            Self::Receipts => ("receipts", "在途", RECEIPTS),
            Self::Demands => ("demands", "需求", DEMANDS),
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL.into_iter().find(|kind| {
            let (en, zh, _) = kind.parts();
            name.eq_ignore_ascii_case(en) || name == zh
        })
    }

    pub(crate) fn name(self, lang: Lang) -> &'static str {
        let (en, zh, _) = self.parts();
        match lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    pub(crate) fn columns(self) -> &'static [Column] {
        self.parts().2
    }

    pub(crate) fn column(self, name: &str) -> Option<&'static Column> {
        let name = name.trim();
        self.columns().iter().find(|column| name.eq_ignore_ascii_case(column.name) || name == column.zh)
    }
}

impl Column {
    pub(crate) fn name(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.name,
            Lang::Zh => self.zh,
        }
    }
    pub(crate) fn about(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.about.0,
            Lang::Zh => self.about.1,
        }
    }
}
