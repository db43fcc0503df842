//! Two real nodes in one process: real keys, real stores, real QUIC on loopback.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use node::Limits;
use node::Node;
use node::command::{Command, Done, OfferDraft};
use node::view::{DealState, Role};
use runtime::{Clock, Handle, Options};
use std::path::Path;
use std::time::Duration;
use vocab::{Decimal, Money, PriceSchedule, RecordId, SpecId, Specification, Timestamp, Unit};

const PATIENCE: Duration = Duration::from_secs(60);

fn options(dir: &Path, peers: Vec<net::Peer>) -> Options {
    Options {
        dir: dir.to_owned(),
        passphrase: None,
        bind: ([127, 0, 0, 1], 0).into(),
        loopback_only: true,
        mdns: false,
        network: "runtime-test".to_owned(),
        relay: None,
        peers,
        clock: Clock::default(),
        limits: Limits::default(),
    }
}

fn oak() -> SpecId {
    "oak-board-27".parse().unwrap()
}

async fn recorded(node: &Handle, command: Command) -> RecordId {
    match node.command(command).await.unwrap() {
        Done::Recorded(id) => id,
        other => panic!("{other:?}"),
    }
}

/// Looks again whenever the node says that something has changed, until `look` finds what it looks for.
async fn until<T: Send + 'static>(
    node: &Handle,
    what: &str,
    look: impl Fn(&Node, Timestamp) -> Option<T> + Clone + Send + 'static,
) -> T {
    let mut changes = node.topics();
    let seen = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(found) = node.read(look.clone()).await.unwrap() {
                return found;
            }
            if let Err(tokio::sync::broadcast::error::RecvError::Closed) = changes.recv().await {
                panic!("the node ended while waiting for {what}");
            }
        }
    });
    seen.await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

async fn supplier(dir: &Path) -> Handle {
    runtime::init(dir, "Sawmill", None).unwrap();
    let node = runtime::start(options(dir, vec![])).await.unwrap();
    let specification = Specification {
        id: oak(),
        name: "Oak board".into(),
        unit: Unit::Metre,
        category: None,
        serialised: false,
        properties: Default::default(),
        revision: 1,
        supersedes: None,
        cites: vec![],
    };
    recorded(&node, Command::Describe { specification }).await;
    let raise =
        Command::Raise { spec: oak(), quantity: 40.into(), serials: vec![], properties: Default::default() };
    recorded(&node, raise).await;
    let price = Money::new(3.into(), "EUR".parse().unwrap());
    let offer = OfferDraft {
        spec: oak(),
        category: None,
        name: None,
        unit: None,
        prices: PriceSchedule::flat(price),
        minimum: None,
        step: None,
        maximum: None,
        lead_time_days: None,
        place: None,
        expires_days: None,
        pooling: None,
        capacity: None,
    };
    recorded(&node, Command::Offer(offer)).await;
    node
}

async fn in_state(node: &Handle, deal: RecordId, state: DealState) {
    let look = move |node: &Node, now| {
        node.deal(&deal, now).filter(|d| d.state >= state && d.state < DealState::Refused)
    };
    until(node, &format!("{state:?}"), look).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deal_is_made_and_its_goods_arrive_across_a_restart_of_both() {
    let (mill_dir, shop_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mill = supplier(mill_dir.path()).await;
    runtime::init(shop_dir.path(), "Workshop", None).unwrap();
    let shop = runtime::start(options(shop_dir.path(), vec![mill.ticket()])).await.unwrap();

    let offer = until(&shop, "the offer", |node, now| node.offers(now).first().map(|offer| offer.id)).await;
    let deal = recorded(&shop, Command::Enquire { offer, quantity: 10.into(), due: None }).await;
    in_state(&shop, deal, DealState::Quoted).await;
    recorded(&shop, Command::Accept { deal }).await;
    in_state(&shop, deal, DealState::Bound).await;
    in_state(&mill, deal, DealState::Bound).await;
    let role = mill.read(move |node, now| node.deal(&deal, now).map(|deal| deal.role)).await.unwrap();
    assert_eq!(role, Some(Role::Supplier));

    // both stop; nobody is given a ticket when they come back, on other ports
    let records = |node: &Node, now| node.status(now).records;
    let before = shop.read(records).await.unwrap();
    shop.stop().await;
    mill.stop().await;
    let mill = runtime::start(options(mill_dir.path(), vec![])).await.unwrap();
    let shop = runtime::start(options(shop_dir.path(), vec![])).await.unwrap();
    assert!(shop.read(records).await.unwrap() >= before, "nothing was forgotten");
    // the mill's port is new to the shop, the shop's to the mill: one of them is told, as a person would
    shop.know(mill.ticket()).await.unwrap();

    recorded(&mill, Command::Ship { deal, via: None, quantity: None }).await;
    let handover = until(&shop, "the handover", |node, _| node.handovers().first().map(|h| h.id)).await;
    recorded(&shop, Command::Receive { handover, rejected: vec![], reason: String::new() }).await;
    in_state(&shop, deal, DealState::Delivered).await;
    in_state(&mill, deal, DealState::Delivered).await;
    let on_hand = |node: &Node, _| node.stock().iter().map(|stock| stock.on_hand).sum::<Decimal>();
    assert_eq!(shop.read(on_hand).await.unwrap(), 10.into());
    assert_eq!(mill.read(on_hand).await.unwrap(), 30.into());
    shop.stop().await;
    mill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_node_finds_its_peers_by_itself() {
    let (mill_dir, shop_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mill = supplier(mill_dir.path()).await;
    runtime::init(shop_dir.path(), "Workshop", None).unwrap();
    let connected = |node: &Node, _| node.peers().iter().any(|peer| peer.connected).then_some(());
    let shop = runtime::start(options(shop_dir.path(), vec![mill.ticket()])).await.unwrap();
    until(&shop, "the mill", connected).await;
    shop.stop().await;
    let shop = runtime::start(options(shop_dir.path(), vec![])).await.unwrap();
    until(&shop, "the mill again", connected).await;
    shop.stop().await;
    mill.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_node_says_so_and_frees_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let node = supplier(dir.path()).await;
    let taken = runtime::start(options(dir.path(), vec![])).await.unwrap_err();
    assert_eq!(taken.code(), "locked");
    let (other, mut changes) = (node.clone(), node.topics());
    node.stop().await;
    let raise =
        Command::Raise { spec: oak(), quantity: 1.into(), serials: vec![], properties: Default::default() };
    assert_eq!(other.command(raise).await.unwrap_err().code(), "stopped");
    assert_eq!(other.read(|_, _| ()).await.unwrap_err().code(), "stopped");
    while changes.recv().await.is_ok() {}
    other.ended().await;
    runtime::start(options(dir.path(), vec![])).await.unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_commands_at_once_are_all_kept() {
    let dir = tempfile::tempdir().unwrap();
    let node = supplier(dir.path()).await;
    let raising: Vec<_> = (0..500)
        .map(|_| {
            let node = node.clone();
            tokio::spawn(async move {
                let quantity = Decimal::ONE;
                node.command(Command::Raise {
                    spec: oak(),
                    quantity,
                    serials: vec![],
                    properties: Default::default(),
                })
                .await
            })
        })
        .collect();
    for raised in raising {
        raised.await.unwrap().unwrap();
    }
    let on_hand = |node: &Node, _| node.stock().iter().map(|stock| stock.on_hand).sum::<Decimal>();
    assert_eq!(node.read(on_hand).await.unwrap(), 540.into());
    node.stop().await;
    let node = runtime::start(options(dir.path(), vec![])).await.unwrap();
    assert_eq!(node.read(on_hand).await.unwrap(), 540.into());
    node.stop().await;
}
