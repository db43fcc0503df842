//! What frames cost over bare QUIC streams: request and response, one at a time, on loopback.
//!
//! `cargo run --release -p headwater-net --example pingpong [ROUNDS]` (1,000 by default).

use iroh::endpoint::{Connection, presets};
use iroh::{Endpoint, EndpointAddr, RelayMode};
use net::{Config, Event, Net};
use std::error::Error;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Receiver;

type Outcome<T> = Result<T, Box<dyn Error>>;

const ALPN: &[u8] = b"pingpong";
const MESSAGE: [u8; 200] = [7; 200];
const WARM_UP: usize = 200;

async fn bare(secret: u8) -> Outcome<Endpoint> {
    Ok(Endpoint::builder(presets::Minimal)
        .relay_mode(RelayMode::Disabled)
        .secret_key(iroh::SecretKey::from_bytes(&[secret; 32]))
        .alpns(vec![ALPN.to_vec()])
        .clear_ip_transports()
        .bind_addr("127.0.0.1:0")?
        .bind()
        .await?)
}

/// A stream per request, as iroh's own examples do it.
async fn stream_each(connection: &Connection) -> Outcome<()> {
    let (mut send, mut recv) = connection.open_bi().await?;
    send.write_all(&MESSAGE).await?;
    send.finish()?;
    let answer = recv.read_to_end(MESSAGE.len()).await?;
    assert_eq!(answer.len(), MESSAGE.len());
    Ok(())
}

async fn echo_bare(endpoint: Endpoint) -> Outcome<()> {
    let connection = endpoint.accept().await.ok_or("closed")?.await?;
    // the first stream stays open and carries one message after another
    let (mut send, mut recv) = connection.accept_bi().await?;
    tokio::spawn(async move {
        let mut message = MESSAGE;
        while recv.read_exact(&mut message).await.is_ok() && send.write_all(&message).await.is_ok() {}
    });
    while let Ok((mut send, mut recv)) = connection.accept_bi().await {
        let message = recv.read_to_end(MESSAGE.len()).await?;
        send.write_all(&message).await?;
        send.finish()?;
    }
    Ok(())
}

async fn next_frame(events: &mut Receiver<Event>) -> Outcome<Vec<u8>> {
    loop {
        if let Event::Frame { bytes, .. } = events.recv().await.ok_or("closed")? {
            return Ok(bytes);
        }
    }
}

async fn node(secret: u8) -> Outcome<(Net, Receiver<Event>)> {
    Ok(Net::start(Config { secret: [secret; 32], loopback_only: true, ..Config::default() }).await?)
}

fn report(name: &str, mut took: Vec<Duration>) -> f64 {
    took.drain(..WARM_UP);
    took.sort_unstable();
    let us = |d: Duration| d.as_secs_f64() * 1e6;
    let (median, p99) = (us(took[took.len() / 2]), us(took[took.len() * 99 / 100]));
    println!("{name:32} median {median:7.1} us   p99 {p99:7.1} us");
    median
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let rounds = WARM_UP + std::env::args().nth(1).map_or(Ok(1000), |n| n.parse())?;

    let (server, client) = (bare(1).await?, bare(2).await?);
    let address = EndpointAddr::new(server.id()).with_ip_addr(server.bound_sockets()[0]);
    tokio::spawn(async move { echo_bare(server).await.map_err(|e| eprintln!("echo: {e}")) });
    let connection = client.connect(address, ALPN).await?;
    let (mut send, mut recv) = connection.open_bi().await?;
    let mut took = Vec::with_capacity(rounds);
    let mut message = MESSAGE;
    for _ in 0..rounds {
        let start = Instant::now();
        send.write_all(&MESSAGE).await?;
        recv.read_exact(&mut message).await?;
        took.push(start.elapsed());
    }
    let kept_open = report("one bare stream kept open", took);
    let mut took = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let start = Instant::now();
        stream_each(&connection).await?;
        took.push(start.elapsed());
    }
    let each = report("a bare stream for each request", took);
    client.close().await;

    let ((a, mut a_events), (b, mut b_events)) = (node(3).await?, node(4).await?);
    a.know(b.me());
    let echo = b.clone();
    tokio::spawn(async move {
        while let Some(event) = b_events.recv().await {
            if let Event::Frame { from, bytes } = event {
                echo.send(from, bytes);
            }
        }
    });
    let mut took = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let start = Instant::now();
        a.send(b.me().agent, MESSAGE.to_vec());
        next_frame(&mut a_events).await?;
        took.push(start.elapsed());
    }
    let frames = report("frames through Net", took);
    println!("frames take {:.2} x one stream, {:.2} x a stream each", frames / kept_open, frames / each);
    a.close().await;
    b.close().await;
    Ok(())
}
