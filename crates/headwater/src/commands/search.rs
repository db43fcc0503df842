//! Looking for listings beyond what this node keeps.

use super::Context;
use crate::cli::{SearchArgs, Sought};
use crate::failure::Result;
use crate::i18n::Msg;
use crate::{ids, show};
use market::search::{Query, Wanted};
use serde_json::json;
use vocab::{AgentId, Place};

pub(super) fn run(c: &Context, args: SearchArgs) -> Result<()> {
    let client = c.client()?;
    let ask = args.ask.iter().map(|name| ids::agent(&client, c.lang, name));
    let ask: Vec<AgentId> = ask.collect::<Result<_>>()?;
    let place = args.near.map(|near| Place {
        name: format!("{},{}", near.north, near.east),
        latitude: Some(near.north),
        longitude: Some(near.east),
        radius_km: Some(args.within),
    });
    let kind = match args.kind {
        Sought::Offers => Wanted::Offers,
        Sought::Needs => Wanted::Needs,
        Sought::Pools => Wanted::Pools,
    };
    let text = Some(args.text.join(" ")).filter(|text| !text.is_empty());
    let (category, spec, quantity, limit) = (args.category, args.spec, args.quantity, args.limit);
    let query = Query { kind, category, spec, text, place, quantity, limit };
    let answer = client.post("search", &json!({ "query": query, "ask": ask }))?;
    c.tell(&answer, || {
        let found = show::FOUND.table(show::items(&answer, "found"), c.lang);
        let asked = show::ANSWERERS.table(show::items(&answer, "answerers"), c.lang);
        [found, c.say(Msg::Answers, &[]), asked].join("\n")
    })
}
