//! Where buyers and suppliers are: made up, because the file does not say.
//!
//! A place follows from the name alone, spread evenly over a rectangle as large as Great Britain, so that a customer
//! is at the same place in every week and every run.

use vocab::{Decimal, Place};

/// The rectangle: hundredths of degrees north and east, from and up to.
const NORTH: [i64; 2] = [5_080, 5_500];
const EAST: [i64; 2] = [-400, 50];

/// The synthetic place of somebody called `name`.
pub fn place(name: &str) -> Place {
    // FNV-1a: the same on every machine and in every version
    let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut within = |[from, to]: [i64; 2]| Some(Decimal::new(rng.i64(from..=to), 2));
    let (latitude, longitude) = (within(NORTH), within(EAST));
    Place { name: name.to_owned(), latitude, longitude, radius_km: None }
}
