//! Real processes for the tests: run the program, start a node, kill it, ask it.
#![allow(dead_code, reason = "each test program uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at what it did not expect")]

use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long anything is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The program, in English and with no folder of the person who runs the tests.
pub fn headwater<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headwater"));
    command.args(arguments).env_remove("HEADWATER_DIR").env("LC_ALL", "C").stdin(Stdio::null());
    command
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }
    #[track_caller]
    pub fn json(self) -> Value {
        let out = self.ok();
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"))
    }
    /// Fails with this exit code, and says each of these.
    #[track_caller]
    pub fn fails(self, code: i32, says: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for words in says {
            assert!(self.err.contains(words), "'{words}' is not said in: {}", self.err);
        }
    }
}

/// A data folder, initialised.
pub struct Home(PathBuf);

impl Home {
    pub fn new(parent: &Path, name: &str) -> Self {
        let home = Self(parent.join(name));
        home.run(&["init", "--name", name]).ok();
        home
    }
    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = headwater(["--dir"]);
        command.arg(&self.0).args(arguments);
        command
    }
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().unwrap())
    }
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.run(&[&["--json"], arguments].concat()).json()
    }

    /// Starts the node and waits until it says where it is. Free ports, this machine only.
    pub fn up(&self, more: &[&str]) -> Up {
        let mut fixed = vec!["--http", "127.0.0.1:0"];
        if !more.contains(&"--p2p") {
            fixed.extend(["--p2p", "127.0.0.1:0"]);
        }
        self.up_at_the_usual_ports(&[fixed.as_slice(), more].concat())
    }

    /// The same, on the ports the program chooses by itself.
    pub fn up_at_the_usual_ports(&self, more: &[&str]) -> Up {
        let mut child = self
            .command(&[&["--json", "up", "--loopback"], more].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = child.stderr.take().unwrap();
        // read on a thread of its own, or a talkative node would stand still with a full pipe
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).map(|_| text).unwrap_or_default()
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Ok(said) = serde_json::from_str(&line) else {
            let _ = child.kill();
            panic!("the node did not start: {line}{}", errors.join().unwrap());
        };
        Up { child, said, errors: Some(errors) }
    }
}

/// A node at work; killed when the test ends, however it ends.
pub struct Up {
    child: Child,
    said: Value,
    errors: Option<JoinHandle<String>>,
}

impl Up {
    pub fn ticket(&self) -> &str {
        self.said["ticket"].as_str().unwrap()
    }
    pub fn http(&self) -> &str {
        self.said["http"].as_str().unwrap()
    }
    pub fn p2p(&self) -> &str {
        self.said["p2p"].as_str().unwrap()
    }
    pub fn link(&self) -> &str {
        self.said["link"].as_str().unwrap()
    }

    /// As by `kill -9`: it gets no chance to tidy up.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As by Ctrl-C or a service manager; what it said on standard error, and its exit code.
    pub fn terminate(mut self) -> (i32, String) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let status = wait(&mut self.child);
        (status, self.errors.take().unwrap().join().unwrap())
    }
}

fn wait(child: &mut Child) -> i32 {
    let patience = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap_or(-1);
        }
        assert!(Instant::now() < patience, "the node does not stop");
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // an error means that it has ended already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again until `look` finds what it looks for.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let patience = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < patience, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The first item of a list that `fits`.
pub fn item(home: &Home, list: &[&str], fits: impl Fn(&Value) -> bool) -> Option<Value> {
    home.json(list)["items"].as_array().unwrap().iter().find(|item| fits(item)).cloned()
}
