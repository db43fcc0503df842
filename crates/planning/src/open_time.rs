//! How much of a stretch of time a work centre was open, so that what work took can be told from what lay between.

use crate::check::work_center_at;
use crate::opening::Opening;
use crate::{Result, WorkCenter};
use vocab::{Timestamp, seconds_between};

/// The whole seconds between `from` and `to` in which the work centre called `name` was open; 0 when `to` is not
/// after `from`.
///
/// # Errors
/// [`Error::Model`](crate::Error::Model) when the calendar is one that [`Model::check`](crate::Model::check) refuses.
pub fn open_seconds(name: &str, center: &WorkCenter, from: Timestamp, to: Timestamp) -> Result<i64> {
    let mut opening = Opening::new(&work_center_at(name), center.calendar.as_ref(), from, to)?;
    let within = |(start, end): (Timestamp, Timestamp)| seconds_between(start.max(from), end.min(to)).max(0);
    Ok(opening.windows().into_iter().map(within).sum())
}
