//! From the file to [`Orders`]: a stream of rows, of which nothing is kept but what an order needs.
//!
//! The file may be packed (gzip). Rows that make no sense are counted, not refused; a file that is no table of order
//! lines at all is an error that says why. No row, however long, is held beyond a fixed size.

use super::clean::{Rejection, rejection};
use super::error::ReadError;
use flate2::read::MultiGzDecoder;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;
use vocab::{Decimal, SpecId, Timestamp};

const COLUMNS: [&str; 7] =
    ["invoice", "stock_code", "description", "quantity", "invoiced_at", "unit_price_gbp", "customer"];
/// Most bytes of one row, and what the reader takes ahead of it.
const ROW_BYTES_MAX: u64 = 1 << 20;
/// Most rows: twenty times the published file.
const ROWS_MAX: u64 = 5_000_000;
/// Most bytes, unpacked.
const BYTES_MAX: u64 = 4 << 30;
/// Largest quantity and price of one line: beyond it a number is taken for nonsense.
const QUANTITY_MAX: i64 = 10_000_000;
const PRICE_MAX: i64 = 1_000_000;
/// Seconds of a week.
pub const WEEK_S: i64 = 7 * vocab::DAY_S;
/// The first Monday after the beginning of 1970, seconds.
const MONDAY_S: i64 = 4 * vocab::DAY_S;

/// One order of one thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// who, by position in [`Orders::customers`]
    pub customer: usize,
    /// what, by position in [`Orders::codes`]
    pub code: usize,
    /// how much, one or more
    pub quantity: i64,
    /// what was paid for one, pounds
    pub unit_price: Decimal,
    /// when: the file says no zone, so this is its local time taken for UTC
    pub at: Timestamp,
}

/// A thing that is ordered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Code {
    /// the stock code, in lower case as specifications are named
    pub spec: SpecId,
    /// its first description
    pub name: String,
}

/// The clean order lines of a file.
#[derive(Clone, Debug, Default)]
pub struct Orders {
    /// in the order of the file
    pub lines: Vec<Line>,
    /// by first appearance
    pub codes: Vec<Code>,
    /// by first appearance: a customer number, or `invoice-…` where the file names none, one buyer for each invoice
    pub customers: Vec<String>,
    /// rows of the file
    pub rows: u64,
    /// rows left out, by reason
    pub rejected: BTreeMap<Rejection, u64>,
}

/// What a row says, before it is judged.
pub(super) struct Row<'a> {
    pub(super) invoice: &'a str,
    pub(super) stock_code: &'a str,
    pub(super) description: &'a str,
    pub(super) quantity: i64,
    pub(super) unit_price: Decimal,
    customer: &'a str,
    at: Timestamp,
}

impl Orders {
    /// Reads order lines, packed or not. Calls `told` now and then with how many bytes of `source` were taken.
    ///
    /// # Errors
    /// That it is no file of order lines, where it breaks, or that it is too large.
    pub fn read(source: impl Read, mut told: impl FnMut(u64)) -> Result<Self, ReadError> {
        let taken = Rc::new(Cell::new(0));
        let mut source = BufReader::new(Counted { inner: source, bytes: taken.clone(), limit: u64::MAX });
        let begin = source.fill_buf().map_err(|e| broken(1, &e))?;
        let packed = begin.starts_with(&[0x1f, 0x8b]);
        let plain: Box<dyn Read + '_> =
            if packed { Box::new(MultiGzDecoder::new(source)) } else { Box::new(source) };
        // bytes since the last whole row: a row without end is noticed before it fills memory
        let since = Rc::new(Cell::new(0));
        let plain = Counted { inner: plain.take(BYTES_MAX), bytes: since.clone(), limit: ROW_BYTES_MAX };
        let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(plain);
        let failed = |row: u64, e: csv::Error| match e.kind() {
            csv::ErrorKind::Io(e) if e.kind() == io::ErrorKind::FileTooLarge => {
                ReadError::RowSize { row, limit: ROW_BYTES_MAX }
            }
            _ => broken(row, &e),
        };
        let head = rows.byte_headers().map_err(|e| failed(1, e))?.clone();
        let columns = columns(&head)?;
        let (mut reading, mut record) = (Reading::default(), csv::ByteRecord::new());
        let mut bytes = since.replace(0);
        loop {
            let row = reading.orders.rows + 2;
            if !rows.read_byte_record(&mut record).map_err(|e| failed(row, e))? {
                break;
            }
            bytes += since.replace(0);
            reading.orders.rows += 1;
            if reading.orders.rows > ROWS_MAX {
                return Err(ReadError::TooMuch { limit: ROWS_MAX, what: "rows" });
            }
            reading.take(&record, &columns);
            if reading.orders.rows.is_multiple_of(4_096) {
                told(taken.get());
            }
        }
        if bytes + since.get() >= BYTES_MAX {
            return Err(ReadError::TooMuch { limit: BYTES_MAX, what: "bytes" });
        }
        let orders = reading.orders;
        if orders.lines.is_empty() { Err(ReadError::Nothing { rows: orders.rows }) } else { Ok(orders) }
    }

    /// What is spent in all, pounds.
    pub fn spend(&self) -> Decimal {
        self.lines.iter().map(|l| l.unit_price * Decimal::from(l.quantity)).sum()
    }

    /// The weeks in which something was ordered, each by its Monday, in order.
    pub fn weeks(&self) -> Vec<Timestamp> {
        self.lines.iter().map(Line::week).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Line {
    /// The beginning of the Monday of its week.
    pub fn week(&self) -> Timestamp {
        let since = (self.at.as_second() - MONDAY_S).rem_euclid(WEEK_S);
        Timestamp::from_second(self.at.as_second() - since).unwrap_or(self.at)
    }
}

#[derive(Default)]
struct Reading {
    orders: Orders,
    codes: HashMap<SpecId, usize>,
    customers: HashMap<String, usize>,
    seen: HashSet<u64>,
}

impl Reading {
    fn take(&mut self, record: &csv::ByteRecord, columns: &[usize; 7]) {
        if let Err(why) = self.line(record, columns) {
            *self.orders.rejected.entry(why).or_default() += 1;
        }
    }

    fn line(&mut self, record: &csv::ByteRecord, columns: &[usize; 7]) -> Result<(), Rejection> {
        let row = row(record, columns).ok_or(Rejection::Unreadable)?;
        if let Some(why) = rejection(&row) {
            return Err(why);
        }
        let spec: SpecId = row.stock_code.to_ascii_lowercase().parse().map_err(|_| Rejection::Unreadable)?;
        let mut hasher = DefaultHasher::new();
        record.as_slice().hash(&mut hasher);
        record.iter().for_each(|cell| cell.len().hash(&mut hasher));
        if !self.seen.insert(hasher.finish()) {
            return Err(Rejection::Duplicate);
        }
        let code = *self.codes.entry(spec).or_insert_with_key(|spec| {
            self.orders.codes.push(Code { spec: spec.clone(), name: row.description.to_owned() });
            self.orders.codes.len() - 1
        });
        let customer = match row.customer {
            "" => format!("invoice-{}", row.invoice),
            number => number.to_owned(),
        };
        let customer = *self.customers.entry(customer).or_insert_with_key(|customer| {
            self.orders.customers.push(customer.clone());
            self.orders.customers.len() - 1
        });
        let Row { quantity, unit_price, at, .. } = row;
        self.orders.lines.push(Line { customer, code, quantity, unit_price, at });
        Ok(())
    }
}

/// The positions of the columns that are needed.
fn columns(head: &csv::ByteRecord) -> Result<[usize; 7], ReadError> {
    let mut at = [0; 7];
    for (at, name) in at.iter_mut().zip(COLUMNS) {
        // spreadsheets begin UTF-8 files with a byte order mark
        let is =
            |cell: &[u8]| cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell).trim_ascii() == name.as_bytes();
        *at = head
            .iter()
            .position(is)
            .ok_or_else(|| ReadError::Column { missing: name, all: COLUMNS.join(", ") })?;
    }
    Ok(at)
}

fn row<'a>(record: &'a csv::ByteRecord, columns: &[usize; 7]) -> Option<Row<'a>> {
    let cell = |n: usize| Some(std::str::from_utf8(record.get(columns[n])?).ok()?.trim());
    let quantity: i64 = cell(3)?.parse().ok().filter(|q| (-QUANTITY_MAX..=QUANTITY_MAX).contains(q))?;
    let unit_price: Decimal = cell(5)?.parse().ok().filter(|p| *p <= Decimal::from(PRICE_MAX))?;
    let at: Timestamp = format!("{}Z", cell(4)?).parse().ok()?;
    let [invoice, stock_code, description, customer] = [cell(0)?, cell(1)?, cell(2)?, cell(6)?];
    let short =
        [invoice, stock_code, customer].iter().all(|text| text.len() <= 40) && description.len() <= 200;
    short.then_some(Row { invoice, stock_code, description, quantity, unit_price, customer, at })
}

fn broken(row: u64, cause: &dyn std::fmt::Display) -> ReadError {
    ReadError::Broken { row, cause: cause.to_string() }
}

/// A reader that counts what it gave, and fails above a limit.
struct Counted<R> {
    inner: R,
    bytes: Rc<Cell<u64>>,
    limit: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let all = self.bytes.get() + n as u64;
        self.bytes.set(all);
        if all > self.limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(n) }
    }
}
