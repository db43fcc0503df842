//! Every message: its name, its English, its Chinese. `{0}`, `{1}` are filled in.

use super::Lang;

macro_rules! messages {
    ($($name:ident: $en:literal, $zh:literal;)*) => {
        /// What can be said.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Msg { $($name),* }

        impl Msg {
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),*];
            pub(crate) fn text(self, lang: Lang) -> &'static str {
                match (self, lang) { $((Self::$name, Lang::En) => $en, (Self::$name, Lang::Zh) => $zh),* }
            }
        }
    };
}

messages! {
    // failures
    Error: "error", "错误";
    Unreachable: "no node is running in {0}", "{0} 中没有正在运行的节点";
    UnreachableRemedy: "start it with `headwater --dir {0} up`, or name another folder with --dir", "请运行 `headwater --dir {0} up` 启动节点，或用 --dir 指定其他文件夹";
    NoAnswer: "the node did not answer in time: look whether it took effect before trying again", "节点未及时答复：重试之前，请先查看操作是否已生效";
    NoHome: "there is no home folder: name the data folder with --dir", "找不到主目录：请用 --dir 指定数据文件夹";
    NoSuchId: "no {0} here has an id that begins with {1}", "此处没有编号以 {1} 开头的{0}";
    NoSuchIdRemedy: "look it up in the lists, or write all 64 digits", "请在列表中查找，或写出完整的 64 位编号";
    ManyIds: "{1} is the beginning of several {0} ids: {2}", "有多个{0}编号以 {1} 开头：{2}";
    ManyIdsRemedy: "write more digits", "请多写几位";
    NoSuchAgent: "no peer is called '{0}'", "没有名为“{0}”的对等节点";
    NoSuchAgentRemedy: "see `headwater peer`, or write its did:key", "请查看 `headwater peer`，或写出其 did:key";
    ManyAgents: "several peers are called '{0}'", "有多个对等节点名为“{0}”";
    CannotRead: "cannot read {0}: {1}", "无法读取 {0}：{1}";
    CannotWrite: "cannot write {0}: {1}", "无法写入 {0}：{1}";
    TooLarge: "{0} is over {1} bytes", "{0} 超过 {1} 字节";
    NotReadable: "{0} does not read as {1}: {2}", "{0} 无法按 {1} 解析：{2}";
    FileKind: "{0} is neither .toml nor .json", "{0} 既不是 .toml 也不是 .json 文件";
    PortTaken: "port {0} is taken; using {1}", "端口 {0} 已被占用，改用 {1}";
    NoPort: "no free port from {0} to {1}", "从 {0} 到 {1} 没有空闲端口";
    NoPortRemedy: "name one with --http or --p2p", "请用 --http 或 --p2p 指定";
    CannotListen: "cannot listen on {0}: {1}", "无法监听 {0}：{1}";
    NodeEnded: "the node ended by itself: see its messages above", "节点自行终止：请查看上面的消息";
    PriceMissing: "an offer needs at least one price and a currency", "报价至少需要一个价格和一种货币";
    PriceMissingRemedy: "such as: headwater offer chair-48 --currency EUR --price 1=120 --price 20=96", "例如：headwater offer chair-48 --currency EUR --price 1=120 --price 20=96";
    LotUnknown: "what lot {0} is, is not known here", "此处不了解批次 {0} 的内容";
    // csv
    CsvNoColumn: "{0}: column '{1}' is missing", "{0}：缺少列“{1}”";
    CsvUnknownColumn: "{0}: column '{1}' is not known", "{0}：未知的列“{1}”";
    CsvColumns: "the columns are: {0}", "可用的列：{0}";
    CsvCell: "{0}, row {1}, column '{2}': '{3}' cannot be taken: {4}", "{0} 第 {1} 行，“{2}”列：“{3}”无法接受：{4}";
    CsvRow: "{0}, row {1}: {2}", "{0} 第 {1} 行：{2}";
    CsvCells: "it has {0} cells, and there are {1} column names: write \"a, b\" in quotes where a comma belongs to the text", "有 {0} 个单元格，而列名有 {1} 个：文本中含逗号时请加引号，如 \"a, b\"";
    CsvEmpty: "{0} has no rows", "{0} 中没有数据行";
    CsvTooMany: "{0} has more than {1} rows", "{0} 超过 {1} 行";
    CsvSplit: "split the file", "请拆分文件";
    CsvEncoding: "{0} is not UTF-8 text", "{0} 不是 UTF-8 文本";
    CsvEncodingRemedy: "save it from the spreadsheet as CSV UTF-8", "请在电子表格软件中另存为 CSV UTF-8";
    CsvNothingDone: "nothing was done: correct the file, then import it again", "未执行任何操作：请更正文件后重新导入";
    CsvStopped: "row {0} was refused, the {1} rows before it are done: correct that row, and import it and the rest", "第 {0} 行被拒绝，之前的 {1} 行已完成：请更正该行，再导入该行及其余行";
    CsvInputOrStep: "it names neither an input with its quantity nor a step with its work_center", "既没有 input 及其 quantity，也没有 step 及其 work_center";
    CsvUnknownSpec: "no specification of that name is known here: describe it first", "此处没有该名称的规格：请先用 describe 发布";
    SheetNeeded: "write something here", "此处须填写";
    SheetTwice: "{0}: there is such a sheet already in {1}", "{0}：{1} 中已有同样的表";
    SheetNone: "no sheet of these names was found: {0}", "找不到以下名称的表：{0}";
    SheetUnknown: "{0}: no sheet is called so; there are: {1}", "{0}：没有这样名称的表；可用的表：{1}";
    SheetOf: "{0}, sheet {1}", "{0} 的工作表 {1}";
    SheetColumnTwice: "{0}: column '{1}' is there twice", "{0}：列“{1}”出现了两次";
    SheetNoSuch: "the sheet {0} does not have it", "{0}表中没有此项";
    SheetNoStep: "no step of this recipe is called so, or several are: write the step's number", "该配方没有或有多个此名称的工序：请写工序序号";
    SheetNameTwice: "'{0}' is taken by a row above: names must differ", "“{0}”已在上方使用：名称不得重复";
    SheetRowTwice: "it is in row {0} already: keep one of them", "第 {0} 行已有此项：请只保留一个";
    SheetZones: "the calendar began with {0}: use one zone", "此日历的时区为 {0}：请只用一个时区";
    SheetFileKind: "{0} is no folder, .csv or .xlsx file", "{0} 不是文件夹，也不是 .csv 或 .xlsx 文件";
    CellWhole: "write a whole number from 0", "请填写从 0 起的整数";
    CellDuration: "write a number, or one with a unit: 90s, 15min, 2h, 3d", "请填写数字，或带单位：90秒、15分、2小时、3天";
    CellClock: "write a time of day such as 08:00", "请填写时刻，例如 08:00";
    CellDays: "write days such as mon-fri or mon,wed", "请填写星期，例如 周一至周五 或 周一、周三";
    CellInstant: "write a date such as 2030-12-20, or a time such as 2030-12-20T12:00", "请填写日期（如 2030-12-20）或时间（如 2030-12-20T12:00）";
    CellLocal: "write a date such as 2030-12-20, or a local time such as 2030-12-20T08:00", "请填写日期（如 2030-12-20）或当地时间（如 2030-12-20T08:00）";
    CellPer: "write batch or order", "请填写 批 或 单";
    CellEntry: "write shift, holiday, closed or overtime", "请填写 班次、假日、停工 或 加班";
    PlanImported: "taken: {0} recipes, {1} work centres, {2} lots of stock", "已导入：{0} 个配方、{1} 个工作中心、{2} 批库存";
    PlanLeftOut: "left out: {0} receipts and demands, which only --out writes", "未导入：{0} 条在途与需求，仅 --out 会写出";
    PlanNoWork: "work in progress has no sheet and is left out: write a .json file to keep it", "在制作业没有对应的表，未写出：如需保留请写出 .json 文件";
    OnlyWithPlan: "--from and --template go with `headwater export plan`", "--from 和 --template 只用于 `headwater export plan`";
    NoSuchCenter: "no work centre is called '{0}': there are {1}", "没有名为“{0}”的工作中心：现有 {1}";
    IcsLine: "line {0} ({1}): {2}", "第 {0} 行（{1}）：{2}";
    IcsTime: "write a date or time of RFC 5545, such as 20261225 or 20261225T080000Z", "请使用 RFC 5545 的日期或时间，例如 20261225 或 20261225T080000Z";
    IcsUnsupported: "single dates of a recurring event cannot be taken out or put in: write them as events of their own", "不支持对重复事件增减个别日期：请改写为单独的事件";
    IcsMany: "there are more than {0} events: split the file", "事件超过 {0} 个：请拆分文件";
    IcsEmpty: "there is no VEVENT in it", "其中没有 VEVENT";
    IcsNoStart: "it has no DTSTART", "缺少 DTSTART";
    IcsNoEnd: "it does not last: give a DTEND after its start, or a DURATION", "没有时长：请给出晚于开始的 DTEND 或 DURATION";
    IcsZone: "unknown time zone: use an IANA name such as Asia/Shanghai", "未知的时区：请使用 IANA 名称，例如 Asia/Shanghai";
    IcsElsewhere: "it recurs in another time zone than the work centre's: write it in that one", "其重复规则使用的时区与工作中心不同：请改用工作中心的时区";
    IcsNoZone: "neither the work centre nor the file names a time zone: give one with --zone", "工作中心和文件都没有时区：请用 --zone 指定";
    IcsImported: "{0} closed stretches added to {1}", "已为 {1} 添加 {0} 段停工时间";
    // done
    Done: "done", "完成";
    Recorded: "recorded {0}", "已记录 {0}";
    Imported: "rows imported: {0}", "已导入 {0} 行";
    FirmStopped: "{0}: entry {1} of {2}: {3}; the entries before it were taken", "{0}：第 {1} 条（共 {2} 条）：{3}；此前各条已导入";
    ChainImported: "{0} firms, {1} of them ordering: play it with `headwater demo --scenario {2}`", "{0} 家企业，其中 {1} 家订货：请用 `headwater demo --scenario {2}` 运行";
    SimulatedFirms: "firms / supply relations", "企业 / 供应关系";
    SimulatedOrders: "orders agreed / placed", "已约定 / 已下订单";
    SimulatedRetries: "further attempts", "再次尝试";
    SimulatedLongest: "promises equal to the longest path", "等于最长路径的承诺";
    SimulatedEnquiries: "enquiries per order", "每单询价数";
    SimulatedMessages: "messages per order", "每单消息数";
    SimulatedBytes: "bytes per order", "每单字节数";
    SimulatedVirtual: "from order to agreement, virtual", "从下单到约定（虚拟时间）";
    SimulatedReal: "real time per order, all firms", "每单实际用时（全部企业）";
    SimulatedPromise: "mean promise, days: firms / central planner", "平均承诺天数：各企业 / 集中计划者";
    SimulatedLate: "late days in all: firms / central planner", "延误总天数：各企业 / 集中计划者";
    SimulatedUnagreed: "{0} of {1} orders were not agreed", "{1} 个订单中有 {0} 个未达成约定";
    DemoFailed: "not all checks held: see the lines marked with ✗", "并非所有检查都通过：请看标有 ✗ 的行";
    PeerAdded: "{0} is known and being dialled", "已登记 {0}，正在连接";
    Written: "written to {0}", "已写入 {0}";
    InitDone: "{0} is ready in {1}", "{0} 已在 {1} 中就绪";
    InitNext: "start it with: headwater up", "启动命令：headwater up";
    InitBackup: "keep a copy of {0} in a safe place: whoever has it speaks for you, and without it nobody does", "请妥善备份 {0}：持有它的人可代表您，丢失则无人能代表您";
    UpRunning: "{0} is running", "{0} 正在运行";
    UpOpen: "open the app (works once, within ten minutes):", "打开应用（链接只能使用一次，十分钟内有效）：";
    UpTicket: "ticket, to give to others:", "凭条（交给他人即可连接本节点）：";
    UpPeers: "listening for peers on UDP {0}", "在 UDP {0} 上等待对等节点";
    UpStop: "stop with Ctrl-C", "按 Ctrl-C 停止";
    UpStopping: "stopping", "正在停止";
    UpStopped: "stopped", "已停止";
    UpExposed: "{0} can be reached from other machines, and HTTP is not encrypted", "其他机器可以访问 {0}，且 HTTP 未加密";
    // lists
    Nothing: "nothing here", "暂无内容";
    Truncated: "there are more than 1,000; these are the first", "超过 1,000 条，仅显示前面的部分";
    Id: "id", "编号";
    Name: "name", "名称";
    By: "by", "发布者";
    Price: "price", "价格";
    Minimum: "minimum", "起订量";
    LeadTime: "days", "天数";
    Pools: "pools", "拼单";
    Expires: "expires", "到期";
    Quantity: "quantity", "数量";
    Ceiling: "ceiling", "最高价";
    Due: "due", "期限";
    Fits: "offers that fit", "匹配的报价";
    State: "state", "状态";
    Members: "members", "成员";
    Pledged: "pledged", "已认购";
    Threshold: "threshold", "成团量";
    PriceNow: "price now", "当前价";
    Closes: "closes", "截止";
    MyShare: "mine", "我的";
    With: "with", "对方";
    Role: "role", "角色";
    Total: "total", "总价";
    Promise: "promise", "承诺日期";
    Expected: "late until", "预计延至";
    Offered: "other date", "另提日期";
    OfferedDate: "{0}, wished by {1} ({2}); answer by {3}", "{0}，由 {1} 提出（{2}）；请在 {3} 前答复";
    Source: "for", "来源";
    Trouble: "trouble", "问题";
    Process: "process", "工序";
    Work: "work", "作业";
    Where: "where", "地点";
    Start: "start", "开始";
    End: "end", "结束";
    Ready: "ready", "就绪";
    Good: "good", "合格";
    Scrap: "scrap", "报废";
    Short: "short by", "短缺";
    WaitsFor: "waits for", "等待";
    Step: "step", "步骤";
    Samples: "runs seen", "已见次数";
    RunTime: "run, s", "单批（秒）";
    ActualRunTime: "it took, s", "实际（秒）";
    Suggested: "suggested", "建议值";
    Spec: "specification", "规格";
    OnHand: "on hand", "现有";
    Reserved: "reserved", "已预留";
    Free: "free", "可用";
    Lot: "lot", "批次";
    From: "from", "交出方";
    To: "to", "接收方";
    Goods: "goods", "货物";
    At: "at", "时间";
    Unit: "unit", "单位";
    Revision: "revision", "版本";
    Rating: "rating", "评分";
    Text: "text", "内容";
    Wishes: "wishes", "期望";
    Agent: "agent", "主体";
    Connected: "connected", "已连接";
    Undelivered: "undelivered", "未送达";
    ClockAhead: "clock ahead, s", "时钟超前（秒）";
    Now: "clock", "时钟";
    Records: "records kept", "保存的记录";
    LogSize: "records said", "发出的记录";
    LogRoot: "Merkle root", "默克尔根";
    Peers: "peers connected", "已连接的对等节点";
    Recipes: "recipes", "配方";
    Listings: "offers and needs", "报价与需求";
    OpenDeals: "deals that wait", "待处理的交易";
    Problems: "problems", "问题";
    UnitPrice: "unit price", "单价";
    Answer: "answer by", "答复期限";
    Hold: "holds until", "有效至";
    Shipped: "shipped", "已发货";
    Accepted: "accepted", "已接收";
    Rejected: "rejected", "已拒收";
    Owed: "owed", "应付";
    Paid: "paid", "已付";
    History: "history", "经过";
    Refused: "refused", "拒绝原因";
    Yes: "yes", "是";
    No: "no", "否";
    // the plan
    Lacking: "lacking", "缺料";
    NeededAt: "needed", "需用时间";
    Arrives: "arrives", "到货";
    Order: "order", "订单";
    ReadyUntilNow: "ready until now", "原完成时间";
    ReadyThen: "ready then", "新完成时间";
    MovePossible: "this can be done", "可以这样移动";
    MoveNot: "this cannot be done: {0}", "不能这样移动：{0}";
    WhyLate: "late by {0} days", "晚 {0} 天";
    WhyOnTime: "on time", "按时";
    WouldHelp: "what would help", "怎样可以改善";
    GainDays: "days earlier", "提前天数";
    CostDays: "days it takes", "代价天数";
    OfAll: "of {0}", "共 {0}";
    AskedToo: "also asked: {0}", "也询问了：{0}";
    HoldLeft: "held {0} more", "预留还剩 {0}";
    TreeTruncated: "there is more than can be shown", "内容过多，未全部显示";
    // trees
    Used: "used {0}", "用量 {0}";
    MadeBy: "made by {0}", "制造者 {0}";
    Hands: "by the hands of {0}", "经手 {0}";
    HandedTo: "{0} handed on", "转交 {0}";
    StillThere: "{0} still there", "仍有 {0}";
    // schedules
    SolvePlanning: "planning {0} demands", "正在计划 {0} 项需求";
    SolveImproving: "searching {0} s for a less late plan", "正在用 {0} 秒寻找延迟更少的计划";
    SolveDemands: "demands", "需求";
    SolveOnTime: "on time", "按时";
    SolveOnTimePct: "on time, %", "按时率（%）";
    SolveLate: "late", "延迟";
    SolveShort: "cannot be met", "无法满足";
    SolveTotalLate: "days late in all", "延迟总天数";
    SolveMaxLate: "days late at most", "最大延迟天数";
    SolveMakes: "make orders", "制作单";
    SolveBuys: "purchases", "采购";
    SolveSeconds: "seconds", "用时（秒）";
    SolveCpu: "CPU seconds", "CPU 时间（秒）";
    SolvePeak: "peak memory, MB", "内存峰值（MB）";
    ScheduleSearching: "makespan {0}, bound {1}", "总工期 {0}，下界 {1}";
    ScheduleFound: "makespan {0}, lower bound {1}, gap {2} %", "总工期 {0}，下界 {1}，差距 {2} %";
    ScheduleProven: "makespan {0}: no schedule is shorter", "总工期 {0}：不存在更短的排程";
    ScheduleSearched: "from {0} by rule; {1} moves, {2} a second", "规则排程为 {0}；共 {1} 步，每秒 {2} 步";
    ScheduleMachine: "machine {0}", "机器 {0}";
    ScheduleResource: "resource {0}", "资源 {0}";
    ScheduleRows: "and {0} more", "另有 {0} 行";
    // verify
    VerifyReading: "checking records", "正在检查记录";
    VerifyRecords: "{0} records: every hash and signature is right", "{0} 条记录：哈希与签名全部正确";
    VerifyLog: "own log: {0} records in an unbroken chain", "自有日志：{0} 条记录，链条完整";
    VerifyRoot: "Merkle root {0}", "默克尔根 {0}";
    VerifyCheckpoint: "agrees with the checkpoint of {0} records kept beside it", "与旁存的 {0} 条记录检查点一致";
    VerifyNoCheckpoint: "no checkpoint was kept yet to compare with", "尚无可比对的检查点";
    VerifyOthers: "records of {0} others: numbers and links agree where they meet", "{0} 个其他主体的记录：相邻处编号与链接一致";
    VerifyBad: "the records in {0} are not sound: {1}", "{0} 中的记录有问题：{1}";
    VerifyBadRemedy: "restore the folder from a backup", "请从备份恢复该文件夹";
}
