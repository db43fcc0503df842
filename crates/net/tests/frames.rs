//! Frames between real endpoints on loopback: order, simultaneous dials, limits, strangers.

#![allow(clippy::unwrap_used)]

mod common;

use common::{LIMIT, Node, config};
use iroh::endpoint::{Connection, VarInt, presets};
use iroh::{Endpoint, EndpointAddr, EndpointId, RelayMode};
use net::{Event, FRAME_BYTES_MAX, Net, Peer};
use std::time::Duration;
use tokio::time::timeout;
use vocab::AgentId;

fn number(n: u32) -> Vec<u8> {
    n.to_be_bytes().to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_arrive_in_order_in_both_directions_over_one_connection() {
    let (mut a, mut b) = (Node::start(1).await, Node::start(2).await);
    a.net.know(b.net.me());
    const FRAMES: u32 = 3000;
    for n in 0..FRAMES {
        a.net.send(b.id(), number(n));
    }
    for n in 0..FRAMES {
        assert_eq!(b.frame().await, (a.id(), number(n)));
        // b was never told where a is: it answers over the connection that is there
        b.net.send(a.id(), number(n + FRAMES));
    }
    for n in 0..FRAMES {
        assert_eq!(a.frame().await, (b.id(), number(n + FRAMES)));
    }
    let large = vec![7; FRAME_BYTES_MAX];
    a.net.send(b.id(), large.clone());
    assert_eq!(b.frame().await.1, large);
    a.net.send(b.id(), Vec::new());
    assert_eq!(b.frame().await.1, Vec::<u8>::new());

    let (sent, got) = (a.net.stats(), b.net.stats());
    let frames = u64::from(FRAMES) + 2;
    assert_eq!((sent.frames_sent, got.frames_received, sent.dropped), (frames, frames, 0));
    assert_eq!(sent.bytes_sent, got.bytes_received);
    assert_eq!(sent.connected, [b.id()]);
    let a_id = a.id();
    a.net.close().await;
    b.until(|e| (e == Event::Disconnected(a_id)).then_some(())).await;
    b.net.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_dial_at_once_end_up_with_one_connection_and_lose_nothing() {
    const FRAMES: u32 = 50;
    for round in 0..10 {
        let (mut a, mut b) = (Node::start(10 + round).await, Node::start(100 + round).await);
        a.net.know(b.net.me());
        b.net.know(a.net.me());
        for n in 0..FRAMES {
            a.net.send(b.id(), number(n));
            b.net.send(a.id(), number(n));
        }
        for n in 0..FRAMES {
            assert_eq!(b.frame().await, (a.id(), number(n)));
            assert_eq!(a.frame().await, (b.id(), number(n)));
        }
        // no second connection took the place of the first
        for node in [&mut a, &mut b] {
            while let Ok(event) = node.events.try_recv() {
                assert!(!matches!(event, Event::Disconnected(_)), "{event:?}");
            }
        }
        a.net.close().await;
        b.net.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_wait_for_a_peer_that_starts_later() {
    let a = Node::start(1).await;
    let reserved = Node::start(2).await;
    let peer = reserved.net.me();
    reserved.net.close().await;
    a.net.know(peer.clone());
    a.net.send(peer.agent, number(1));
    a.net.send(peer.agent, number(2));
    let mut b = Node::start_with(config(2, peer.addresses[0].port())).await;
    assert_eq!(b.frame().await.1, number(1));
    assert_eq!(b.frame().await.1, number(2));
    assert_eq!(a.net.stats().dropped, 0);
}

/// The key of a node that has been and gone.
async fn gone(secret: u8) -> AgentId {
    let node = Node::start(secret).await;
    let id = node.id();
    node.net.close().await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_dropped_and_counted() {
    let a = Node::start(1).await;
    let (nowhere, elsewhere) = (gone(9).await, gone(8).await);
    a.net.send(nowhere, vec![0; FRAME_BYTES_MAX + 1]);
    a.net.send(a.id(), number(1));
    assert_eq!(a.net.stats().dropped, 2);
    for n in 0..10_000 {
        a.net.send(nowhere, number(n));
    }
    assert!(a.net.stats().dropped > 2000, "the queue has an end");
    let before = a.net.stats().dropped;
    for _ in 0..20 {
        a.net.send(elsewhere, vec![0; FRAME_BYTES_MAX]);
    }
    assert!(a.net.stats().dropped >= before + 16, "and so have the bytes in it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_holds_its_peer_back_instead_of_filling_memory() {
    let (a, mut b) = (Node::start(1).await, Node::start(2).await);
    a.net.know(b.net.me());
    let mut sent = 0_u64;
    // until a's queue is full: nothing is taken out of b's events meanwhile
    while a.net.stats().dropped == 0 {
        a.net.send(b.id(), vec![1; 1 << 20]);
        sent += 1;
        assert!(sent < 2000, "b takes everything");
        if sent > 15 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    for _ in 1..sent {
        assert_eq!(b.frame().await.1.len(), 1 << 20);
    }
}

async fn stranger(to: &Peer) -> (Endpoint, Connection) {
    let endpoint = Endpoint::builder(presets::Minimal)
        .relay_mode(RelayMode::Disabled)
        .clear_ip_transports()
        .bind_addr("127.0.0.1:0")
        .unwrap()
        .bind()
        .await
        .unwrap();
    let id = EndpointId::from_bytes(&to.agent.0).unwrap();
    let address = EndpointAddr::new(id).with_ip_addr(to.addresses[0]);
    let connection = endpoint.connect(address, b"headwater/1").await.unwrap();
    (endpoint, connection)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_frame_is_refused_and_its_connection_closed_with_the_reason() {
    let mut node = Node::start(1).await;
    let (endpoint, connection) = stranger(&node.net.me()).await;
    let mut stream = connection.open_uni().await.unwrap();
    stream.write_all(&[1; 16]).await.unwrap();
    stream.write_all(&[0, 0, 0, 2, b'h', b'i']).await.unwrap();
    assert_eq!(node.frame().await.1, b"hi");
    let length = FRAME_BYTES_MAX as u32 + 1;
    stream.write_all(&length.to_be_bytes()).await.unwrap();
    let closed = timeout(LIMIT, connection.closed()).await.unwrap().to_string();
    assert!(closed.contains("longer than 4 MiB"), "{closed}");
    node.until(|e| matches!(e, Event::Disconnected(_)).then_some(())).await;
    assert_eq!(node.net.stats().connected, []);
    endpoint.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_that_talks_nonsense_is_shown_the_door() {
    let node = Node::start(1).await;
    let (endpoint, connection) = stranger(&node.net.me()).await;
    let mut stream = connection.open_uni().await.unwrap();
    stream.write_all(b"hello?").await.unwrap();
    stream.finish().unwrap();
    let closed = timeout(LIMIT, connection.closed()).await.unwrap().to_string();
    assert!(closed.contains("hello"), "{closed}");

    let refused = endpoint
        .connect(
            EndpointAddr::new(EndpointId::from_bytes(&node.id().0).unwrap())
                .with_ip_addr(node.net.me().addresses[0]),
            b"headwater/0",
        )
        .await;
    assert!(refused.is_err(), "another protocol is not spoken");
    connection.close(VarInt::from_u32(0), b"");
    endpoint.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_named() {
    let a = Node::start(1).await;
    let port = a.net.me().addresses[0].port();
    let refused = Net::start(config(2, port)).await.unwrap_err().to_string();
    assert!(refused.contains(&format!("127.0.0.1:{port}")), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_node_frees_its_port() {
    let mut port = 0;
    for secret in 0..20 {
        let node = Node::start_with(config(secret, port)).await;
        port = node.net.me().addresses[0].port();
        node.net.close().await;
    }
}
