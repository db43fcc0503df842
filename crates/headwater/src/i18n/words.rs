//! Words for states and kinds, by the names records and views use.

use super::Lang;

const WORDS: &[(&str, &str, &str)] = &[
    // deals
    ("enquired", "asked", "已询价"),
    ("quoted", "quoted", "已报价"),
    ("accepted", "accepted", "已接受"),
    ("confirmed", "confirmed", "已确认"),
    ("bound", "bound", "已生效"),
    ("shipped", "shipped", "已发货"),
    ("delivered", "delivered", "已交付"),
    ("settled", "settled", "已结清"),
    ("refused", "refused", "已拒绝"),
    ("lapsed", "lapsed", "已失效"),
    ("cancelled", "cancelled", "已取消"),
    ("buyer", "buyer", "买方"),
    ("supplier", "supplier", "供方"),
    // standing
    ("known", "known", "已知"),
    ("vouched", "vouched for", "有担保"),
    ("stamped", "has worked", "有工作证明"),
    ("stranger", "stranger", "陌生"),
    // searches
    ("answered", "answered", "已答复"),
    ("silent", "no answer", "未答复"),
    // pools
    ("open", "open", "开放"),
    ("extended", "extended", "已延期"),
    ("coming", "on its way", "未到"),
    ("here", "to be fetched", "待取"),
    ("given", "given out", "已取"),
    ("closing", "closing", "即将结算"),
    ("made", "made", "已成"),
    ("disputed", "disputed", "有争议"),
    // auctions and standing orders
    ("sent", "no answer yet", "待答复"),
    ("in", "in", "入围"),
    ("out", "out", "出局"),
    ("awarded", "awarded", "已中标"),
    ("looking", "looking", "寻找中"),
    ("bidding", "bidding", "进行中"),
    ("proposed", "proposed to you", "待你决定"),
    ("bought", "bought", "已买到"),
    ("over", "over", "已结束"),
    ("bid", "bid", "出价"),
    ("standing order", "standing order", "常设订单"),
    // joint plans
    ("call", "call for a joint plan", "联合计划征集"),
    ("said", "waiting for the plan", "等待计划"),
    ("unserved", "nobody serves it", "无人供应"),
    ("not", "not made again here", "未重算"),
    ("missing", "something is missing", "资料不全"),
    ("same", "made again: the same", "重算一致"),
    ("different", "false", "不实"),
    // orders and processes
    ("asking", "asking upstream", "向上游询价"),
    ("held", "held", "已预留"),
    ("signing", "signing", "签约中"),
    ("firm", "firm", "已确定"),
    ("dropped", "dropped", "已放弃"),
    ("deal", "deal", "交易"),
    ("pool", "pool", "拼单"),
    ("own", "own demand", "自有需求"),
    ("planned", "planned", "已计划"),
    ("started", "started", "进行中"),
    ("done", "done", "已完成"),
    ("paused", "paused", "已暂停"),
    ("material", "material", "物料"),
    ("machine", "machine", "设备"),
    ("tool", "tool", "工装"),
    ("people", "people", "人员"),
    ("quality", "quality", "质量"),
    ("break", "break", "休息"),
    ("other", "other", "其他"),
    ("hold", "held", "已预留"),
    ("late", "late", "延误"),
    ("closed", "closed", "停工"),
    ("demand", "wanted", "需求"),
    ("make", "made here", "自制"),
    ("stock", "from stock", "库存"),
    ("purchase", "bought", "采购"),
    // handovers
    ("waiting", "waiting", "待接收"),
    ("taken", "taken over", "已接收"),
    ("partly", "partly refused", "部分拒收"),
    ("delivery", "delivery", "交付"),
    ("return", "return", "退回"),
    // traces
    ("verified", "verified", "已验证"),
    ("gap", "gap", "缺失"),
    ("false", "FALSE", "不实"),
    ("awaited", "still being asked for", "仍在查询"),
    ("no_answer", "no answer", "未答复"),
    ("shown_elsewhere", "shown elsewhere", "见他处"),
    ("too_far", "too far", "过远"),
    // kinds of things that have an id
    ("offer", "offer", "报价"),
    ("listing", "offer or need", "报价或需求"),
    ("order", "deal or order", "交易或订单"),
    ("plan", "plan", "计划"),
    ("lot", "lot", "批次"),
    ("handover", "handover", "交接"),
    // errors
    ("locked", "the data folder is in use", "数据文件夹正被另一进程使用"),
    ("disk_full", "the disk is full", "磁盘已满"),
    ("storage", "the data folder cannot be used", "数据文件夹无法使用"),
    ("damaged", "the data folder is damaged", "数据文件夹已损坏"),
    ("not_initialised", "the data folder has not been made", "数据文件夹尚未初始化"),
    ("exists", "there is a node already", "节点已存在"),
    ("passphrase", "the passphrase does not fit", "口令不符"),
    ("network", "the network could not be started", "网络无法启动"),
    ("name", "this cannot be a name", "名称无效"),
    ("system", "the system refused", "系统拒绝"),
    ("busy", "the node is busy", "节点繁忙"),
    ("slow", "no answer in time", "未及时答复"),
    ("stopped", "the node has stopped", "节点已停止"),
    ("word", "a value cannot be taken", "数值无效"),
    ("record", "a record cannot be taken", "记录无效"),
    ("market", "this makes no sense in the market", "不合市场规则"),
    ("planning", "this cannot be planned", "无法排产"),
    ("goods", "the goods cannot be booked", "货物无法入账"),
    ("unknown", "not known here", "此处未知"),
    ("state", "not in the state for this", "当前状态不允许"),
    ("not_yours", "this is somebody else's", "属于他人"),
    ("no_specification", "not described yet", "尚无规格"),
    ("no_source", "no known source", "没有已知来源"),
    ("limit", "a limit is reached", "达到上限"),
    ("field", "a value makes no sense", "字段值不合理"),
    ("malformed", "this does not read", "无法解析"),
    ("usage", "the command line makes no sense", "命令行有误"),
    ("too_large", "too large", "过大"),
    ("unauthorized", "not let in", "未获授权"),
    ("unreachable", "no node could be reached", "无法连接节点"),
    ("csv", "the file cannot be imported", "文件无法导入"),
    ("file", "a file cannot be used", "文件无法使用"),
    ("http", "the web server could not be started", "网页服务无法启动"),
    ("answer", "the node's answer does not read", "节点的答复无法解析"),
    ("unsound", "the records are not sound", "记录有问题"),
];

/// The word for people; the name itself where there is none.
pub(crate) fn word(lang: Lang, name: &str) -> &str {
    match (WORDS.iter().find(|(key, ..)| *key == name), lang) {
        (Some((_, en, _)), Lang::En) => en,
        (Some((_, _, zh)), Lang::Zh) => zh,
        (None, _) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_there_once_and_in_both_languages() {
        for (i, (key, en, zh)) in WORDS.iter().enumerate() {
            assert!(!en.is_empty() && !super::super::is_chinese(en), "{key}");
            assert!(super::super::is_chinese(zh), "{key}");
            assert!(WORDS[..i].iter().all(|(k, ..)| k != key), "{key} is there twice");
        }
    }

    #[test]
    fn every_code_of_an_error_has_a_word() {
        let codes = [
            "locked",
            "disk_full",
            "storage",
            "damaged",
            "not_initialised",
            "exists",
            "passphrase",
            "network",
            "name",
            "system",
            "busy",
            "slow",
            "stopped",
        ];
        for code in codes {
            assert_ne!(word(Lang::Zh, code), code);
        }
    }
}
