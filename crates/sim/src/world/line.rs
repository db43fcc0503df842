//! How long a frame is under way between two places.

/// How a peer is connected, and where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Line {
    /// what its own line adds to each frame, milliseconds: none in a data centre, much by radio
    pub last_mile_ms: i64,
    /// thousandths of a degree north and east, if that counts
    pub place: Option<(i32, i32)>,
}

/// Kilometres a frame travels in a millisecond: two thirds of light's speed, on lines twice as long as the way.
const KM_PER_MS: f64 = 100.0;
/// Kilometres in a degree of latitude.
const DEGREE_KM: f64 = 111.2;

impl Line {
    /// What the two lines and the way between them add to a frame, milliseconds.
    pub(super) fn to(&self, other: &Self) -> i64 {
        let km = self.place.zip(other.place).map_or(0.0, |(a, b)| distance_km(a, b));
        self.last_mile_ms + other.last_mile_ms + (km / KM_PER_MS) as i64
    }
}

/// On a plane, which is near enough for a delay.
fn distance_km((north, east): (i32, i32), (north_b, east_b): (i32, i32)) -> f64 {
    let degrees = |a: i32, b: i32| f64::from(a - b) / 1_000.0;
    let middle = f64::from(north + north_b) / 2_000.0;
    let (up, along) = (degrees(north, north_b), degrees(east, east_b) * middle.to_radians().cos());
    (up * up + along * along).sqrt() * DEGREE_KM
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_places_and_slow_lines_take_longer() {
        let at = |place, last_mile_ms| Line { last_mile_ms, place: Some(place) };
        let (berlin, munich) = (at((52_520, 13_405), 0), at((48_137, 11_575), 0));
        assert_eq!(berlin.to(&munich), 5, "504 km");
        assert_eq!(berlin.to(&at((48_137, 11_575), 30)), 35);
        assert_eq!(berlin.to(&Line::default()), 0);
    }
}
