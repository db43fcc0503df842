//! Commands that change something: each becomes one command of the node.

use super::{Context, files};
use crate::cli::{
    CapacityArgs, Cmd, DateCmd, DateWord, EstimateCmd, FeedbackCmd, NeedArgs, OfferArgs, OutageCmd, PlanArgs,
    PlanOrder, PoolCmd, StockCmd, WantArgs, WorkCmd, YesNo,
};
use crate::client::Client;
use crate::failure::{Exit, Failure, Result};
use crate::i18n::Msg;
use crate::ids::{self, Kind};
use crate::values::{DropText, IdText, LotText, ProcessText, ProductText, map};
use crate::{show, tree};
use market::auction::{Capacity, Draw};
use market::matching::Preferences;
use market::statement::{Counted, DropOff, Settles};
use node::command::{
    Accept, Answer, Command, DateReply, LotPick, OfferDraft, PoolingDraft, RoundProduct, StandingOrder,
};
use std::path::Path;
use vocab::{Decimal, Place, PriceSchedule, RecordId, Text, Timestamp};

/// Sends what `make` makes, and tells what came of it.
fn send(c: &Context, make: impl FnOnce(&Client) -> Result<Command>) -> Result<()> {
    let client = c.client()?;
    let answer = client.command(&make(&client)?)?;
    c.tell(&answer, || show::recorded(&answer, c.lang))
}

fn id(c: &Context, client: &Client, kind: Kind, text: &IdText) -> Result<RecordId> {
    ids::record(client, c.lang, kind, text)
}

/// Every subcommand that is one command of the node and nothing else.
pub(super) fn command(c: &Context, command: Cmd) -> Result<()> {
    send(c, |client| {
        let id = |kind, text: &IdText| id(c, client, kind, text);
        Ok(match command {
            Cmd::Describe { file } => Command::Describe { specification: files::read(c, &file)? },
            Cmd::Model { file } => files::model(c, &file)?,
            Cmd::Offer(args) => Command::Offer(offer(c, client, *args)?),
            Cmd::Need(args) => need(args),
            Cmd::Withdraw { listing } => Command::Withdraw { listing: id(Kind::Listing, &listing)? },
            Cmd::Enquire { offer, quantity, due } => {
                Command::Enquire { offer: id(Kind::Offer, &offer)?, quantity, due }
            }
            Cmd::Plan(PlanArgs { order: Some(PlanOrder { spec, quantity }), .. }) => {
                Command::Plan { spec, quantity }
            }
            Cmd::Accept { deal } => Command::Accept { deal: id(Kind::Order, &deal)? },
            Cmd::Decline { deal } => Command::Decline { deal: id(Kind::Order, &deal)? },
            Cmd::Pool { action } => pool(c, client, action)?,
            Cmd::Want(args) => Command::StandingOrder(standing(*args)?),
            Cmd::Unwant { order } => Command::CancelStanding { order: id(Kind::Standing, &order)? },
            Cmd::Capacity(CapacityArgs { name, quantity, unit, closes, rise, reserve }) => {
                let (name, step, opens) = (Text::Plain(name), rise, None);
                Command::Capacity(Capacity { name, quantity, unit, opens, closes, step, reserve })
            }
            Cmd::Bid { offer, quantity, at_most } => {
                Command::Bid { offer: id(Kind::Offer, &offer)?, quantity, at_most }
            }
            Cmd::Cancel { deal, reason } => Command::Cancel { deal: id(Kind::Deal, &deal)?, reason },
            Cmd::AnswerCancel { deal, answer } => {
                let answer = if answer == YesNo::Yes { Answer::Agree } else { Answer::Refuse };
                Command::AnswerCancel { deal: id(Kind::Deal, &deal)?, answer }
            }
            Cmd::Date { action: DateCmd::Ask { deal, date, reason } } => {
                Command::AskDate { deal: id(Kind::Deal, &deal)?, promise: date, reason: Text::Plain(reason) }
            }
            Cmd::Date { action: DateCmd::Answer { deal, answer } } => {
                let answer = match answer {
                    DateWord::Accept => DateReply::Accept,
                    DateWord::Refuse => DateReply::Refuse,
                    DateWord::Cancel => DateReply::Cancel,
                    DateWord::PassOn => DateReply::PassOn,
                };
                Command::AnswerDelay { deal: id(Kind::Deal, &deal)?, answer }
            }
            Cmd::Outage { action: Some(OutageCmd::Begin { work_center, until, from, reason }) } => {
                Command::Down { work_center, from, until, reason }
            }
            Cmd::Outage { action: Some(OutageCmd::End { work_center }) } => Command::Up { work_center },
            Cmd::Ship { deal, via, quantity } => Command::Ship {
                deal: id(Kind::Deal, &deal)?,
                via: via.map(|name| ids::agent(client, c.lang, &name)).transpose()?,
                quantity,
            },
            Cmd::Receive { handover, reject, reason } => {
                let refused = reject.into_iter();
                let refused =
                    refused.map(|r| ids::goods(client, c.lang, &r.lot, r.quantity, r.serials)).collect();
                Command::Receive {
                    handover: id(Kind::Handover, &handover)?,
                    rejected: {
                        let r: Result<_> = refused;
                        r?
                    },
                    reason,
                }
            }
            Cmd::PassOn { handover } => Command::PassOn { handover: id(Kind::Handover, &handover)? },
            Cmd::Settle { deal, amount, note } => {
                Command::Settle { deal: id(Kind::Deal, &deal)?, amount, note }
            }
            // the others were told apart before
            other => return Err(Failure::usage(format!("{other:?}"))),
        })
    })
}

fn pool(c: &Context, client: &Client, action: PoolCmd) -> Result<Command> {
    let id = |kind, text: &IdText| id(c, client, kind, text);
    let drops = |drops: Vec<DropText>| -> Result<Vec<DropOff>> {
        let drop_off = |drop: DropText| {
            let leader = ids::agent_or_me(client, c.lang, &drop.leader)?;
            Ok(DropOff { name: Text::Plain(drop.name), place: None, leader })
        };
        drops.into_iter().map(drop_off).collect()
    };
    Ok(match action {
        PoolCmd::Open { offer, threshold, closes, extended, drops: at } => Command::OpenPool {
            offer: id(Kind::Offer, &offer)?,
            threshold,
            closes,
            extended,
            drop_offs: drops(at)?,
        },
        PoolCmd::Round { name, closes, product, drops: at } => {
            let read = |ProductText { offer, threshold }| {
                Ok(RoundProduct { offer: id(Kind::Offer, &offer)?, threshold, extended: None })
            };
            let products = product.into_iter().map(read).collect::<Result<_>>()?;
            Command::OpenRound { name: Text::Plain(name), closes, drop_offs: drops(at)?, products }
        }
        PoolCmd::Pledge { pool, quantity, ceiling, at_least, extend, drop_off } => Command::Pledge {
            pool: id(Kind::Pool, &pool)?,
            at_least: at_least.unwrap_or(quantity.at_least),
            at_most: quantity.at_most,
            ceiling,
            extend,
            drop_off,
        },
        PoolCmd::Ship { pool, drop_off } => Command::ShipDropOff { pool: id(Kind::Pool, &pool)?, drop_off },
        PoolCmd::Account { pool } => Command::AccountPool { pool: id(Kind::Pool, &pool)? },
        // the others were told apart before
        other => return Err(Failure::usage(format!("{other:?}"))),
    })
}

fn standing(args: WantArgs) -> Result<StandingOrder> {
    let place = args.latitude.zip(args.longitude).map(|(latitude, longitude)| Place {
        name: format!("{latitude}, {longitude}"),
        latitude: Some(latitude),
        longitude: Some(longitude),
        radius_km: None,
    });
    let amount = |text: String| -> Result<Decimal> {
        text.parse().map_err(|e: vocab::Error| Failure::said(Exit::Usage, "property", &e))
    };
    let properties = map(args.property).into_iter().map(|(name, worth)| Ok((name, amount(worth)?)));
    Ok(StandingOrder {
        spec: args.spec,
        quantity: args.quantity,
        at_most: args.at_most,
        place,
        by: args.due,
        max_distance_km: args.max_distance,
        accept: if args.auto { Accept::Auto } else { Accept::Ask },
        pool: args.pool,
        joint: args.joint,
        preferences: Preferences {
            per_km: args.per_km,
            per_day: args.per_day,
            properties: properties.collect::<Result<_>>()?,
            stranger: args.stranger,
            failed: args.failed,
        },
        keep_until: vocab::after(Timestamp::now(), i64::from(args.expires) * vocab::DAY_S),
    })
}

fn need(args: NeedArgs) -> Command {
    Command::Need {
        spec: args.spec,
        category: args.category,
        name: args.name.map(Text::Plain),
        quantity: args.quantity,
        ceiling: args.ceiling,
        due: args.due,
        place: args.place.map(place),
        expires_days: args.expires,
    }
}

fn place(name: String) -> Place {
    Place { name, latitude: None, longitude: None, radius_km: None }
}

fn offer(c: &Context, client: &Client, args: OfferArgs) -> Result<OfferDraft> {
    let path = Path::new(&args.spec_or_file);
    if path.extension().is_some_and(|e| e == "toml" || e == "json") {
        return files::read(c, path);
    }
    let missing =
        || Failure::usage(c.say(Msg::PriceMissing, &[])).remedy(c.say(Msg::PriceMissingRemedy, &[]));
    if args.price.is_empty() {
        return Err(missing());
    }
    let tiers = args.price.into_iter().map(|tier| tier.0).collect();
    let vouchers = args.pool_voucher.iter().map(|name| ids::agent_or_me(client, c.lang, name));
    let vouchers: Vec<_> = vouchers.collect::<Result<_>>()?;
    let pooling = args.pool_cap.zip(args.pool_lead_time).map(|(cap, days)| PoolingDraft {
        case: args.pool_case,
        stock: args.pool_stock,
        counted: if vouchers.is_empty() { Counted::All } else { Counted::Vouched },
        vouchers,
        settles: if args.pool_on_accepted { Settles::Accepted } else { Settles::Pledged },
        tolerance_percent: args.pool_tolerance,
        extension_days: args.pool_extension,
        ..PoolingDraft::new(cap, days, Text::Plain(args.pool_payment))
    });
    Ok(OfferDraft {
        spec: args.spec_or_file.parse().map_err(|e: vocab::Error| Failure::said(Exit::Usage, "usage", &e))?,
        category: args.category,
        name: args.name.map(Text::Plain),
        unit: args.unit,
        prices: PriceSchedule { currency: args.currency.ok_or_else(missing)?, tiers },
        minimum: args.minimum,
        step: args.step,
        maximum: args.maximum,
        lead_time_days: args.lead_time,
        place: args.place.map(place),
        expires_days: args.expires,
        pooling,
        capacity: args.auction.zip(args.load).map(|(auction, load)| Draw { auction, load }),
    })
}

pub(super) fn work(c: &Context, action: WorkCmd) -> Result<()> {
    send(c, |client| {
        let at = |process: &ProcessText| -> Result<(RecordId, u32)> {
            Ok((id(c, client, Kind::Plan, &process.plan)?, process.index))
        };
        let picks = |lots: Vec<LotText>| -> Result<Vec<LotPick>> {
            let pick = |l: LotText| {
                Ok(LotPick {
                    lot: id(c, client, Kind::Lot, &l.lot)?,
                    quantity: l.quantity,
                    serials: l.serials,
                })
            };
            lots.into_iter().map(pick).collect()
        };
        Ok(match action {
            WorkCmd::Start { process, lot } => {
                let (plan, index) = at(&process)?;
                Command::Start { plan, index, lots: picks(lot)? }
            }
            WorkCmd::Pause { process, reason, note } => {
                let (plan, index) = at(&process)?;
                Command::Pause { plan, index, reason, note }
            }
            WorkCmd::Report { process, good, scrap, reason } => {
                let (plan, index) = at(&process)?;
                Command::Report { plan, index, good, scrap, reason }
            }
            WorkCmd::Finish { process, quantity, scrap, reason, lot } => {
                let (plan, index) = at(&process)?;
                Command::Finish { plan, index, quantity, scrap, reason, lots: picks(lot)? }
            }
        })
    })
}

pub(super) fn take_estimate(c: &Context, action: EstimateCmd) -> Result<()> {
    let EstimateCmd::Take { spec, step, at } = action;
    send(c, |_| Ok(Command::TakeEstimate { spec, step, work_center: at }))
}

pub(super) fn raise(c: &Context, action: StockCmd) -> Result<()> {
    let StockCmd::Raise { spec, quantity, serials, property } = action else { return Ok(()) };
    send(c, |_| Ok(Command::Raise { spec, quantity, serials, properties: map(property) }))
}

pub(super) fn lower(c: &Context, action: StockCmd) -> Result<()> {
    let StockCmd::Lower { lot, quantity, serials, note } = action else { return Ok(()) };
    send(c, |client| Ok(Command::Lower { lot: id(c, client, Kind::Lot, &lot)?, quantity, serials, note }))
}

pub(super) fn feedback(c: &Context, action: FeedbackCmd) -> Result<()> {
    let FeedbackCmd::Add { deal, rating, text, serial, wish } = action;
    send(c, |client| {
        let deal = id(c, client, Kind::Deal, &deal)?;
        Ok(Command::Feedback { deal, serial, rating, text, wishes: map(wish) })
    })
}

pub(super) fn trace(c: &Context, lot: &IdText) -> Result<()> {
    let client = c.client()?;
    let lot = id(c, &client, Kind::Lot, lot)?;
    let answer = client.command(&Command::Trace { lot })?;
    c.tell(&answer, || tree::trace(&answer["trace"], c.lang))
}

pub(super) fn recall(c: &Context, lot: &IdText) -> Result<()> {
    let client = c.client()?;
    let lot = id(c, &client, Kind::Lot, lot)?;
    let answer = client.command(&Command::Recall { lot })?;
    c.tell(&answer, || tree::recall(&answer["recall"], c.lang))
}
