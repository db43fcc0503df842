//! Help texts: English as written in `cli`, and Chinese.

pub(super) const HELP: &[(&str, &str)] = &[];
