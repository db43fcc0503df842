//! The machine that was measured on, in one line.

use crate::report::Figure;
use crate::{Context, Result, bare};
use serde::Serialize;
use std::fs;
use std::time::Duration;

/// What the figures depend on most.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    cores: usize,
    processor: String,
    /// processes that want a core, before this run
    load: f64,
    fsync_median: Figure,
    fsync_p99: Figure,
}

pub(crate) fn look(context: &Context) -> Result<Machine> {
    let folder = context.folder()?;
    let fsync = bare::fsync(folder.path(), context.size(500, 50))?;
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = processors.lines().find_map(|line| line.strip_prefix("model name"));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    Ok(Machine {
        cores: std::thread::available_parallelism()?.get(),
        processor: name.unwrap_or("unknown").trim_matches([' ', '\t', ':']).to_owned(),
        load: load.split(' ').next().and_then(|l| l.parse().ok()).unwrap_or(f64::NAN),
        fsync_median: fsync.median(),
        fsync_p99: fsync.p99(),
    })
}

impl Machine {
    pub(crate) fn line(&self) -> String {
        format!(
            "machine: {} cores ({}), load {:.1} before this run; fsync of 4 KiB: median {}, p99 {}",
            self.cores,
            self.processor,
            self.load,
            self.fsync_median.text(),
            self.fsync_p99.text()
        )
    }
}

/// For how long this thread has had a processor (Linux; the first number of `schedstat`, nanoseconds).
pub(crate) fn ran() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(stat.split(' ').next()?.parse().ok()?))
}
