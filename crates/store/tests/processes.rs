//! Real processes: a writer that is killed, and two that want one folder.
//!
//! The child is this same test program, asked for one of the ignored tests below.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use store::{Entry, Error, Store};
use vocab::{AgentId, RecordId};

const FOLDER: &str = "HEADWATER_STORE_TEST_FOLDER";
const BATCH: u64 = 3;

fn folder_of_child() -> PathBuf {
    std::env::var_os(FOLDER).expect("run as a child only").into()
}

#[test]
#[ignore = "the child of a_killed_writer_loses_nothing_it_acknowledged"]
fn child_appends_until_killed() {
    let mut store = Store::open(&folder_of_child()).unwrap();
    let mut next = store.count().unwrap();
    loop {
        let entry = |seq: u64| {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&seq.to_be_bytes());
            Entry {
                author: AgentId([1; 32]),
                seq,
                id: RecordId(id),
                at_ms: 0,
                channel: 0,
                bytes: vec![9; 300],
            }
        };
        store.append(&(next..next + BATCH).map(entry).collect::<Vec<_>>()).unwrap();
        next += BATCH;
        println!("\nacknowledged {next}");
    }
}

#[test]
#[ignore = "the child of a_second_process_is_told_the_folder_is_in_use"]
fn child_holds_the_folder() {
    let _store = Store::open(&folder_of_child()).unwrap();
    println!("\nholding");
    // until the parent lets go of our standard input
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn child(test: &str, folder: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", test, "--nocapture"])
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    (child, output)
}

#[test]
fn a_killed_writer_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for round in 1..=6 {
        let (mut child, output) = child("child_appends_until_killed", folder.path());
        let mut seen = 0;
        for line in output.lines() {
            if let Some(n) = line.unwrap().strip_prefix("acknowledged ") {
                acknowledged = n.parse::<u64>().unwrap();
                seen += 1;
                if seen == 7 * round {
                    // SIGKILL; whatever was still printed before it struck is read by the rest of this loop
                    child.kill().unwrap();
                }
            }
        }
        child.wait().unwrap();
        assert!(seen >= 7 * round, "the child stopped by itself");

        let store = Store::open(folder.path()).unwrap();
        let mut expected = 0;
        store
            .scan(|e| {
                assert_eq!(e.seq, expected);
                expected += 1;
                ControlFlow::Continue(())
            })
            .unwrap();
        assert!(expected >= acknowledged, "{expected} records kept, {acknowledged} acknowledged");
        assert_eq!(expected % BATCH, 0, "an append is whole or absent");
    }
}

#[test]
fn a_second_process_is_told_the_folder_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, mut output) = child("child_holds_the_folder", folder.path());
    let mut line = String::new();
    while line.trim() != "holding" {
        line.clear();
        assert_ne!(output.read_line(&mut line).unwrap(), 0, "the child ended early");
    }
    let refused = Store::open(folder.path()).unwrap_err();
    assert!(matches!(refused, Error::Locked { .. }), "{refused}");
    assert!(refused.to_string().contains(&*folder.path().to_string_lossy()), "{refused}");

    child.kill().unwrap();
    child.wait().unwrap();
    Store::open(folder.path()).unwrap();
}
