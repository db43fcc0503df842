//! Areas of the Earth: the hexagonal cells of H3 (h3geo.org), by which what is local finds those who are near.
//!
//! A [`Cell`] is coarse on purpose: it says which area a place lies in and no more. Floats live here and nowhere else
//! in what is signed: a cell's text is an index, and two programs that round differently differ at most in what lies
//! on the very edge between two cells.

use crate::text_form::serde_as_text;
use crate::{Decimal, Error, Place, Result, phrase};
use h3o::{CellIndex, LatLng};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// How fine cells are, from [`Resolution::Zero`] (a twelfth of a continent) to fifteen (a table top): H3's word.
/// A cell of [`Resolution::Three`] has edges of about 69 km.
pub use h3o::Resolution;

/// One hexagonal area of the Earth (H3 cell index), written as 15 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell(CellIndex);

impl Cell {
    /// The cell that a place lies in; `None` for a place without coordinates.
    pub fn of(place: &Place, resolution: Resolution) -> Option<Self> {
        Some(Self(point(place)?.to_cell(resolution)))
    }

    /// The cells that touch this one: six, or five where H3 has a pentagon.
    pub fn neighbours(self) -> BTreeSet<Self> {
        let disk: BTreeSet<_> = self.0.grid_disk::<Vec<_>>(1).into_iter().map(Self).collect();
        disk.into_iter().filter(|cell| *cell != self).collect()
    }

    /// Every cell that may lie within `radius_km` of a place, its own among them: some that lie just outside, none
    /// that lies inside left out. Gives up beyond `most` cells, and for a place without coordinates.
    pub fn around(
        place: &Place,
        radius_km: u32,
        resolution: Resolution,
        most: usize,
    ) -> Option<BTreeSet<Self>> {
        let here = point(place)?;
        let near = |cell: &Self| {
            let centre = LatLng::from(cell.0);
            let corner = cell.0.boundary().iter().map(|c| centre.distance_km(*c)).fold(0.0, f64::max);
            here.distance_km(centre) <= f64::from(radius_km) + corner
        };
        let first = Self(here.to_cell(resolution));
        let (mut found, mut edge) = (BTreeSet::from([first]), vec![first]);
        while let Some(cell) = edge.pop() {
            for next in cell.neighbours() {
                if near(&next) && found.insert(next) {
                    edge.push(next);
                }
            }
            if found.len() > most {
                return None;
            }
        }
        Some(found)
    }
}

fn point(place: &Place) -> Option<LatLng> {
    let degrees = |d: Option<Decimal>| d.map(Decimal::to_f64_lossy);
    LatLng::new(degrees(place.latitude)?, degrees(place.longitude)?).ok()
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Cell {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        let cell = s.parse().ok().map(Self).filter(|cell| cell.to_string() == s);
        cell.ok_or_else(|| Error::Id {
            value: s.chars().take(32).collect(),
            kind: phrase("an area", "区域"),
            remedy: phrase(
                "write an H3 cell as 15 lower-case hexadecimal digits, such as 831f1dfffffffff",
                "请写 H3 网格编号，即 15 位小写十六进制数字，例如 831f1dfffffffff",
            ),
        })
    }
}
serde_as_text!(Cell);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(latitude: &str, longitude: &str) -> Place {
        let degrees = |d: &str| Some(d.parse().unwrap());
        let (latitude, longitude) = (degrees(latitude), degrees(longitude));
        Place { name: "here".into(), latitude, longitude, radius_km: None }
    }

    #[test]
    fn a_cell_reads_back_and_nonsense_does_not() {
        // h3geo.org, core library tests: 37.779, -122.4194 lies in 85283083fffffff at resolution 5
        let cell = Cell::of(&place("37.779", "-122.4194"), Resolution::Five).unwrap();
        assert_eq!(cell.to_string(), "85283083fffffff");
        assert_eq!("85283083fffffff".parse::<Cell>().unwrap(), cell);
        for bad in
            ["", "0", "85283083FFFFFFF", "085283083fffffff", "ffffffffffffffff", "85283083fffffffff", "椅子"]
        {
            assert!(bad.parse::<Cell>().is_err(), "{bad}");
        }
        let nowhere = Place { latitude: None, ..place("1", "1") };
        assert_eq!(Cell::of(&nowhere, Resolution::Three), None);
    }

    #[test]
    fn neighbours_are_each_others_neighbours() {
        let cell = Cell::of(&place("52.5", "13.4"), Resolution::Three).unwrap();
        assert_eq!(cell.neighbours().len(), 6);
        assert!(cell.neighbours().iter().all(|n| n.neighbours().contains(&cell)));
    }

    #[test]
    fn an_area_too_large_is_given_up() {
        let berlin = place("52.5", "13.4");
        assert!(Cell::around(&berlin, 100, Resolution::Three, 19).is_some());
        assert_eq!(Cell::around(&berlin, 20_000, Resolution::Three, 19), None);
    }

    proptest! {
        #[test]
        fn whatever_lies_within_the_radius_lies_in_a_cell_around(
            latitude in -800_000_i64..800_000, longitude in -1_790_000_i64..1_790_000,
            north in -9_000_i64..9_000, east in -9_000_i64..9_000,
        ) {
            let at = |latitude, longitude| Place {
                name: String::new(),
                latitude: Some(Decimal::new(latitude, 4)),
                longitude: Some(Decimal::new(longitude, 4)),
                radius_km: None,
            };
            let (a, b) = (at(latitude, longitude), at(latitude + north, longitude + east));
            let apart = point(&a).unwrap().distance_km(point(&b).unwrap());
            let cells = Cell::around(&a, 100, Resolution::Three, 30).unwrap();
            prop_assert!(apart > 100.0 || cells.contains(&Cell::of(&b, Resolution::Three).unwrap()));
        }
    }
}
