//! Why a file is not one of order lines.

use vocab::Said;

/// Why a file could not be read as order lines. A row that makes no sense is no error: it is counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A column is missing.
    #[error("column '{missing}' is missing: the first line must name {all}")]
    Column {
        /// which
        missing: &'static str,
        /// all that are needed
        all: String,
    },
    /// A record without end: a quotation mark that is never closed, or no text at all.
    #[error("row {row} is longer than {limit} bytes: is a quotation mark left open?")]
    RowSize {
        /// as a spreadsheet counts
        row: u64,
        /// most bytes of one row
        limit: u64,
    },
    /// More than this program reads.
    #[error("the file is over {limit} {what}: split it")]
    TooMuch {
        /// how many are read
        limit: u64,
        /// of what
        what: &'static str,
    },
    /// No row could be used.
    #[error("none of the {rows} rows can be used: is this a file of order lines?")]
    Nothing {
        /// rows read
        rows: u64,
    },
    /// The file ends or breaks where it should not.
    #[error("row {row} cannot be read ({cause}): is the file complete?")]
    Broken {
        /// as a spreadsheet counts
        row: u64,
        /// the system's or the unpacker's words
        cause: String,
    },
}

impl Said for ReadError {
    fn zh(&self) -> String {
        match self {
            Self::Column { missing, all } => format!("缺少列“{missing}”：首行须包含 {all}"),
            Self::RowSize { row, limit } => format!("第 {row} 行超过 {limit} 字节：是否有引号未闭合？"),
            Self::TooMuch { limit, what } => {
                let what = if *what == "rows" { "行" } else { "字节" };
                format!("文件超过 {limit} {what}：请拆分")
            }
            Self::Nothing { rows } => format!("{rows} 行均无法使用：这是订单明细文件吗？"),
            Self::Broken { row, cause } => format!("无法读取第 {row} 行（{cause}）：文件是否完整？"),
        }
    }
}
