//! From what a person types to an id: first digits are looked up in the lists, names among the peers.

use crate::client::Client;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::{Lang, Msg, say, word};
use crate::show::items;
use crate::values::IdText;
use serde_json::Value;
use std::collections::BTreeMap;
use vocab::{AgentId, Decimal, RecordId, SpecId};

/// Ids shown when several fit.
const SHOWN_MAX: usize = 5;

/// What kind of thing an id is of, which says where to look it up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Offer,
    Listing,
    Pool,
    Deal,
    /// a deal, an order of one's own, or a proposal
    Order,
    Standing,
    Plan,
    Lot,
    Handover,
    Call,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Listing => "listing",
            Self::Pool => "pool",
            Self::Deal => "deal",
            Self::Order => "order",
            Self::Standing => "standing order",
            Self::Plan => "plan",
            Self::Lot => "lot",
            Self::Handover => "handover",
            Self::Call => "call",
        }
    }

    /// Every id of this kind that the node lists.
    fn known(self, client: &Client) -> Result<Vec<String>> {
        let ids = |list: &str| client.list(list).map(|items| texts(&items, "id"));
        let found = |kind: &str| -> Result<Vec<String>> {
            let found = client.list("found")?.into_iter().filter(|f| f["kind"] == kind);
            Ok(texts(&found.collect::<Vec<_>>(), "id"))
        };
        let mut known = match self {
            Self::Offer => [ids("offers")?, found("offer")?].concat(),
            Self::Listing => [ids("offers")?, ids("needs")?].concat(),
            Self::Pool => [ids("pools")?, found("pool")?].concat(),
            Self::Deal => ids("deals")?,
            Self::Order => [ids("deals")?, ids("orders")?, proposals(client)?].concat(),
            Self::Standing => ids("standing-orders")?,
            Self::Plan => client
                .list("orders")?
                .iter()
                .flat_map(|order| texts(items(order, "processes"), "plan"))
                .collect(),
            Self::Lot => lots(client)?.into_keys().collect(),
            Self::Handover => ids("handovers")?,
            Self::Call => ids("calls")?,
        };
        known.sort();
        known.dedup();
        Ok(known)
    }
}

fn texts(items: &[Value], key: &str) -> Vec<String> {
    items.iter().filter_map(|item| item[key].as_str()).map(str::to_owned).collect()
}

fn proposals(client: &Client) -> Result<Vec<String>> {
    let orders = client.list("standing-orders")?;
    Ok(orders.iter().filter_map(|o| o["proposal"]["id"].as_str()).map(str::to_owned).collect())
}

/// Every lot the node speaks of, with its specification.
fn lots(client: &Client) -> Result<BTreeMap<String, String>> {
    let mut lots = BTreeMap::new();
    let mut note = |lot: &Value, spec: &Value| {
        if let (Some(lot), Some(spec)) = (lot.as_str(), spec.as_str()) {
            lots.insert(lot.to_owned(), spec.to_owned());
        }
    };
    for stock in client.list("stock")? {
        items(&stock, "lots").iter().for_each(|lot| note(&lot["lot"], &stock["spec"]));
    }
    for list in ["deals", "handovers"] {
        for item in client.list(list)? {
            items(&item, "goods").iter().for_each(|goods| note(&goods["lot"], &goods["spec"]));
        }
    }
    for said in client.list("feedback")? {
        note(&said["passport"], &said["spec"]);
    }
    Ok(lots)
}

/// The record that `text` names.
pub(crate) fn record(client: &Client, lang: Lang, kind: Kind, text: &IdText) -> Result<RecordId> {
    if let Ok(id) = text.0.parse() {
        return Ok(id);
    }
    let fitting: Vec<_> = kind.known(client)?.into_iter().filter(|id| id.starts_with(&text.0)).collect();
    let name = word(lang, kind.name());
    match fitting.as_slice() {
        [id] => id.parse().map_err(|e: vocab::Error| Failure::said(Exit::Failed, "answer", &e)),
        [] => Err(Failure::usage(say(lang, Msg::NoSuchId, &[&name, &text.0])).remedy(say(
            lang,
            Msg::NoSuchIdRemedy,
            &[],
        ))),
        many => {
            let shown =
                many.iter().take(SHOWN_MAX).map(|id| id[..16].to_owned()).collect::<Vec<_>>().join(", ");
            Err(Failure::usage(say(lang, Msg::ManyIds, &[&name, &text.0, &shown])).remedy(say(
                lang,
                Msg::ManyIdsRemedy,
                &[],
            )))
        }
    }
}

/// The agent that `text` names: a did:key, or the name of one peer alone.
pub(crate) fn agent(client: &Client, lang: Lang, text: &str) -> Result<AgentId> {
    if text.starts_with("did:") {
        return text.parse().map_err(|e: vocab::Error| Failure::said(Exit::Usage, "usage", &e));
    }
    let peers = client.list("peers")?;
    let called = |peer: &&Value| peer["who"]["name"].as_str() == Some(text);
    let fitting =
        texts(&peers.iter().filter(called).map(|peer| peer["who"].clone()).collect::<Vec<_>>(), "agent");
    match fitting.as_slice() {
        [agent] => agent.parse().map_err(|e: vocab::Error| Failure::said(Exit::Failed, "answer", &e)),
        others => {
            let message = if others.is_empty() { Msg::NoSuchAgent } else { Msg::ManyAgents };
            Err(Failure::usage(say(lang, message, &[&text])).remedy(say(lang, Msg::NoSuchAgentRemedy, &[])))
        }
    }
}

/// As [`agent`]; `me` is this node.
pub(crate) fn agent_or_me(client: &Client, lang: Lang, text: &str) -> Result<AgentId> {
    if text != "me" {
        return agent(client, lang, text);
    }
    let me = client.get("me")?;
    let malformed = |e: vocab::Error| Failure::said(Exit::Failed, "answer", &e);
    me["agent"].as_str().unwrap_or_default().parse().map_err(malformed)
}

/// The goods that `text` refuses.
pub(crate) fn goods(
    client: &Client,
    lang: Lang,
    lot: &IdText,
    quantity: Decimal,
    serials: Vec<String>,
) -> Result<trace::statement::Goods> {
    let lot = record(client, lang, Kind::Lot, lot)?;
    let spec = lots(client)?.remove(&lot.to_string()).and_then(|spec| spec.parse::<SpecId>().ok());
    let spec = spec.ok_or_else(|| Failure::usage(say(lang, Msg::LotUnknown, &[&lot])))?;
    Ok(trace::statement::Goods { lot, spec, quantity, serials })
}
