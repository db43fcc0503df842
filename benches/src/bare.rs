//! Baselines of everything that travels and lasts: iroh round trips and SQLite commits, with nothing around them.

use crate::Result;
use crate::report::Times;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use iroh::endpoint::{Connection, RecvStream, SendStream, presets};
use iroh::{Endpoint, EndpointAddr, RelayMode, TransportAddr};
use rusqlite::Connection as Database;
use std::fs::File;
use std::hint::black_box;
use std::io::{Seek, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Instant;
use tokio::task::JoinHandle;

const ALPN: &[u8] = b"headwater-bench/1";
/// About what a record with its envelope takes; in both directions.
pub(crate) const MESSAGE_BYTES: usize = 1_024;

/// Two endpoints on loopback, of which one sends back whatever the other sends.
pub(crate) struct RoundTrips {
    near: Endpoint,
    connection: Connection,
    streams: (SendStream, RecvStream),
    echo: JoinHandle<Result<()>>,
}

async fn endpoint() -> Result<Endpoint> {
    Ok(Endpoint::builder(presets::Minimal)
        .relay_mode(RelayMode::Disabled)
        .alpns(vec![ALPN.to_vec()])
        .clear_ip_transports()
        .bind_addr(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?
        .bind()
        .await?)
}

async fn echo(far: Endpoint) -> Result<()> {
    let incoming = far.accept().await.ok_or("the far endpoint was closed")?;
    let connection = incoming.await?;
    while let Ok((mut out, mut back)) = connection.accept_bi().await {
        let mut message = [0; MESSAGE_BYTES];
        while back.read_exact(&mut message).await.is_ok() {
            out.write_all(&message).await?;
        }
        // the asker may have what it wanted and be gone
        let _ = out.finish();
    }
    far.close().await;
    Ok(())
}

impl RoundTrips {
    pub(crate) async fn open() -> Result<Self> {
        let (near, far) = (endpoint().await?, endpoint().await?);
        let addresses = far.bound_sockets().into_iter().map(TransportAddr::Ip);
        let address = EndpointAddr::from_parts(far.id(), addresses);
        let echo = tokio::spawn(echo(far));
        let connection = near.connect(address, ALPN).await?;
        let streams = connection.open_bi().await?;
        let mut pair = Self { near, connection, streams, echo };
        // the path is validated and the congestion window opened before anything counts
        pair.standing(200).await?;
        Ok(pair)
    }

    /// `count` requests and answers, one after the other, on one stream that stays open.
    pub(crate) async fn standing(&mut self, count: usize) -> Result<()> {
        let mut message = [7; MESSAGE_BYTES];
        for _ in 0..count {
            self.streams.0.write_all(&message).await?;
            self.streams.1.read_exact(&mut message).await?;
        }
        Ok(())
    }

    pub(crate) async fn close(self) -> Result<()> {
        self.connection.close(0_u32.into(), b"done");
        self.near.close().await;
        self.echo.await?
    }
}

/// A database with one table of bytes, in the mode the store uses.
pub(crate) struct Commits {
    database: Database,
}

impl Commits {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let database = Database::open(folder.join("bare.db"))?;
        database.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        database.execute_batch(
            "PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS bare (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;",
        )?;
        Ok(Self { database })
    }

    /// One transaction; on the disk when it returns.
    pub(crate) fn commit<'a>(&mut self, rows: impl IntoIterator<Item = &'a [u8]>) -> Result<()> {
        let transaction = self.database.transaction()?;
        {
            let mut insert = transaction.prepare("INSERT INTO bare (bytes) VALUES (?)")?;
            for bytes in rows {
                insert.execute([bytes])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// `count` commits of one row, one after the other.
    pub(crate) fn one_by_one(&mut self, count: usize) -> Result<()> {
        (0..count).try_for_each(|_| self.commit([[7; MESSAGE_BYTES].as_slice()]))
    }
}

/// `made` signatures over a message, and `checked` of another's, strictly.
pub(crate) fn signatures(made: usize, checked: usize) -> Result<()> {
    let (key, message) = (SigningKey::from_bytes(&[7; 32]), [7; MESSAGE_BYTES]);
    let signature = key.sign(&message);
    (1..made).for_each(|_| {
        black_box(key.sign(black_box(&message)));
    });
    for _ in 0..checked {
        // as it comes with a record: the key's bytes
        let key = VerifyingKey::from_bytes(key.verifying_key().as_bytes())?;
        key.verify_strict(black_box(&message), &signature)?;
    }
    Ok(())
}

/// How long the disk takes to keep 4 KiB that were written to a file.
pub(crate) fn fsync(folder: &Path, count: usize) -> Result<Times> {
    let mut file = File::create(folder.join("fsync"))?;
    file.write_all(&[1; 4_096])?;
    file.sync_all()?;
    let mut times = Times::default();
    for _ in 0..count {
        file.rewind()?;
        file.write_all(&[2; 4_096])?;
        let started = Instant::now();
        file.sync_data()?;
        times.add(started.elapsed());
    }
    Ok(times)
}
