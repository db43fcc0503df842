//! What the node hears of: shown, replaced, added to.

use super::Context;
use crate::cli::{InterestArgs, InterestsCmd};
use crate::failure::Result;
use crate::i18n::Msg;
use crate::show;
use market::Interest;
use serde_json::{Value, json};
use vocab::Place;

pub(super) fn run(c: &Context, action: Option<InterestsCmd>) -> Result<()> {
    let client = c.client()?;
    let wants = match action {
        None => None,
        Some(InterestsCmd::Everything) => Some(vec![]),
        Some(InterestsCmd::Set(args)) => Some(interests(args)),
        Some(InterestsCmd::Add(args)) => {
            let known = client.get("interests")?;
            let known = show::items(&known, "wants").iter().cloned();
            Some(known.chain(interests(args)).collect())
        }
    };
    if let Some(wants) = wants {
        client.post("commands", &json!({"do": "set_interests", "wants": wants}))?;
    }
    let view = client.get("interests")?;
    c.tell(&view, || {
        let all = view["everything"] == true;
        let said = c.say(if all { Msg::HearsEverything } else { Msg::HearsOf }, &[]);
        let wants =
            if all { String::new() } else { show::INTERESTS.table(show::items(&view, "wants"), c.lang) };
        let topics = show::TOPICS.table(show::items(&view, "topics"), c.lang);
        [said, wants, topics].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    })
}

fn interests(args: InterestArgs) -> Vec<Value> {
    let place = args.near.map(|near| Place {
        name: format!("{},{}", near.north, near.east),
        latitude: Some(near.north),
        longitude: Some(near.east),
        radius_km: Some(args.within),
    });
    let all = args.categories.into_iter().map(|category| Interest { category, place: place.clone() });
    all.map(|interest| json!(interest)).collect()
}
