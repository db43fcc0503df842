//! Records spread among real endpoints on loopback.

#![allow(clippy::unwrap_used)]

mod common;

use common::{LIMIT, Node, TOPIC, config, poll};
use net::{Event, RECORD_BYTES_MAX};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::timeout;

const PAUSE: Duration = Duration::from_millis(20);

async fn heard(node: &mut Node) -> Vec<u8> {
    node.until(|e| match e {
        Event::Heard { bytes } => Some(bytes),
        _ => None,
    })
    .await
}

async fn has_neighbours(node: &Node) {
    poll(PAUSE, async || (node.net.stats().gossip_neighbours > 0).then_some(())).await;
}

fn introduce(newcomer: &Node, to: &Node) {
    newcomer.net.know(to.net.me());
    newcomer.net.join(&[to.id()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_reaches_everyone_who_is_there_and_a_late_joiner_hears_the_next() {
    let mut nodes = Vec::new();
    for secret in 1..=4 {
        nodes.push(Node::start(secret).await);
    }
    // alone, publishing is no error
    nodes[0].net.publish(&TOPIC, b"to nobody".to_vec());
    for pair in nodes.windows(2) {
        introduce(&pair[1], &pair[0]);
    }
    for node in &nodes {
        has_neighbours(node).await;
    }
    nodes[2].net.publish(&TOPIC, b"first".to_vec());
    for listener in [0, 1, 3] {
        assert_eq!(heard(&mut nodes[listener]).await, b"first");
    }

    let mut late = Node::start(5).await;
    introduce(&late, &nodes[1]);
    has_neighbours(&late).await;
    let longest = vec![8; RECORD_BYTES_MAX];
    nodes[3].net.publish(&TOPIC, longest.clone());
    for listener in [0, 1, 2] {
        assert_eq!(heard(&mut nodes[listener]).await, longest);
    }
    assert_eq!(heard(&mut late).await, longest);
    late.net.publish(&TOPIC, b"from the late one".to_vec());
    for node in &mut nodes {
        assert_eq!(heard(node).await, b"from the late one");
    }

    nodes[0].net.publish(&TOPIC, vec![0; RECORD_BYTES_MAX + 1]);
    assert_eq!(nodes[0].net.stats().dropped, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_of_another_network_hear_nothing() {
    let (mut a, mut b) = (Node::start(1).await, Node::start(2).await);
    let mut other = Node::start_with(net::Config { network: "other".into(), ..config(3, 0) }).await;
    introduce(&a, &b);
    introduce(&other, &b);
    has_neighbours(&a).await;
    a.net.publish(&TOPIC, b"for us".to_vec());
    assert_eq!(heard(&mut b).await, b"for us");
    b.net.publish(&TOPIC, b"back".to_vec());
    assert_eq!(heard(&mut a).await, b"back");
    assert_eq!(other.net.stats().gossip_neighbours, 0);
    assert!(other.events.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_was_flooded_takes_gossip_up_again() {
    let (a, mut b) = (Node::start(1).await, Node::start(2).await);
    introduce(&a, &b);
    has_neighbours(&a).await;
    // b takes nothing: its events fill up, then its subscription
    let flood = async {
        let (mut published, mut refused) = (0_u32, a.net.stats().dropped);
        while published < 4000 {
            a.net.publish(&TOPIC, [&published.to_be_bytes()[..], &[0; 200]].concat());
            if a.net.stats().dropped == refused {
                published += 1;
            } else {
                refused = a.net.stats().dropped;
                tokio::time::sleep(PAUSE).await;
            }
        }
    };
    timeout(LIMIT, flood).await.unwrap();
    // now b wakes up; whatever was lost, a new record gets through (the same bytes would not be passed on twice)
    let mut tries = 0_u32;
    poll(PAUSE, async || {
        tries += 1;
        a.net.publish(&TOPIC, format!("after the flood, {tries}").into_bytes());
        while let Ok(event) = b.events.try_recv() {
            if matches!(event, Event::Heard { bytes } if bytes.starts_with(b"after the flood")) {
                return Some(());
            }
        }
        None
    })
    .await;
    assert!(b.net.stats().gossip_restarts > 0, "the flood was too small to matter");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_lost_its_neighbours_finds_them_again_by_itself() {
    let (a, b) = (Node::start(1).await, Node::start(2).await);
    let b_was = b.net.me();
    introduce(&a, &b);
    has_neighbours(&a).await;
    b.net.close().await;
    poll(PAUSE, async || (a.net.stats().gossip_neighbours == 0).then_some(())).await;
    // b returns and asks nobody: a remembers where it was
    let mut b = Node::start_with(config(2, b_was.addresses[0].port())).await;
    has_neighbours(&a).await;
    a.net.publish(&TOPIC, b"again".to_vec());
    assert_eq!(heard(&mut b).await, b"again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_heard_by_those_who_take_part_in_its_topic_and_by_nobody_else() {
    const CHAIRS: net::Topic = [8; 32];
    const OIL: net::Topic = [9; 32];
    let (a, mut b, mut c) = (Node::start(1).await, Node::start(2).await, Node::start(3).await);
    a.net.take_part(&BTreeSet::from([TOPIC, CHAIRS, OIL]));
    b.net.take_part(&BTreeSet::from([TOPIC, CHAIRS]));
    c.net.take_part(&BTreeSet::from([TOPIC, OIL]));
    introduce(&b, &a);
    introduce(&c, &a);
    introduce(&c, &b);
    // each is heard once both have met in its topic; what came to the others until then is looked at below
    let mut tries = 0_u32;
    let (mut chairs, mut oil) = (vec![], vec![]);
    poll(PAUSE, async || {
        tries += 1;
        a.net.publish(&CHAIRS, format!("chairs {tries}").into_bytes());
        a.net.publish(&OIL, format!("oil {tries}").into_bytes());
        a.net.publish(&TOPIC, format!("all {tries}").into_bytes());
        for (node, said) in [(&mut b, &mut chairs), (&mut c, &mut oil)] {
            while let Ok(event) = node.events.try_recv() {
                if let Event::Heard { bytes } = event {
                    said.push(String::from_utf8(bytes).unwrap());
                }
            }
        }
        let has = |said: &[String], what: &str| said.iter().any(|s| s.starts_with(what));
        (has(&chairs, "chairs") && has(&chairs, "all") && has(&oil, "oil") && has(&oil, "all")).then_some(())
    })
    .await;
    assert!(!chairs.iter().any(|s| s.starts_with("oil")), "{chairs:?}");
    assert!(!oil.iter().any(|s| s.starts_with("chairs")), "{oil:?}");

    // who has left a topic neither hears it nor speaks there
    b.net.take_part(&BTreeSet::from([TOPIC]));
    let dropped = b.net.stats().dropped;
    b.net.publish(&CHAIRS, b"chairs from outside".to_vec());
    assert_eq!(b.net.stats().dropped, dropped + 1);
}
