//! Which offers are shown for a need, and in what order.

use crate::support::*;
use market::matching::{
    CANDIDATES_MAX, Known, Preferences, Size, Wish, candidates, distance_km, fits, visible,
};
use market::statement::{Need, Offer};
use vocab::{Place, PriceSchedule, RecordId, Unit};

fn place(latitude: &str, longitude: &str, radius_km: Option<u32>) -> Place {
    Place { name: "here".into(), latitude: Some(d(latitude)), longitude: Some(d(longitude)), radius_km }
}
fn berlin(radius_km: Option<u32>) -> Place {
    place("52.52", "13.405", radius_km)
}
fn paris(radius_km: Option<u32>) -> Place {
    place("48.8566", "2.3522", radius_km)
}
fn priced(price: &str) -> Offer {
    Offer { prices: PriceSchedule::flat(eur(price)), ..chair() }
}
fn order(offers: &[Offer], place: Option<&Place>) -> Vec<usize> {
    let listed: Vec<_> = offers.iter().zip(0_u8..).map(|(o, i)| (id(i), agent(i), o)).collect();
    // listed backwards, so that nothing is in order by chance
    let (spec, preferences) = ("chair".parse().unwrap(), Preferences::default());
    let wish = Wish { spec: &spec, quantity: n(20), size: Size::Exact, place, preferences: &preferences };
    let found = candidates(listed.into_iter().rev(), &wish, |_, _| Known::default(), at(0));
    found.iter().map(|c| usize::from(c.offer.0[0])).collect()
}

#[test]
fn distances_are_those_of_the_map() {
    // great-circle distance on a sphere of 6371 km
    assert_eq!(distance_km(&berlin(None), &paris(None)), Some(877));
    assert_eq!(distance_km(&berlin(None), &berlin(None)), Some(0));
    assert_eq!(distance_km(&place("0", "0", None), &place("0", "180", None)), Some(20_015));
    assert_eq!(distance_km(&place("0", "179.5", None), &place("0", "-179.5", None)), Some(111));
    assert_eq!(distance_km(&Place { latitude: None, ..berlin(None) }, &paris(None)), None);
}

#[test]
fn candidates_come_by_price_then_lead_time_then_distance_then_id() {
    let offers = [
        priced("101"),
        Offer { lead_time_s: 9, ..priced("100") },
        Offer { lead_time_s: 5, ..priced("100") },
        Offer { lead_time_s: 5, place: Some(paris(None)), ..priced("100") },
        Offer { lead_time_s: 5, place: Some(berlin(None)), ..priced("100") },
        // tiered: 96 at the quantity asked
        chair(),
        priced("101"),
    ];
    assert_eq!(order(&offers, Some(&berlin(None))), [5, 4, 3, 2, 1, 0, 6]);
    assert_eq!(order(&offers, None), [5, 2, 3, 4, 1, 0, 6]);
}

#[test]
fn offers_of_other_things_or_not_admitting_the_quantity_are_left_out() {
    let offers = [
        Offer { spec: "table".parse().unwrap(), ..chair() },
        Offer { expires: at(-1), ..chair() },
        Offer { maximum: Some(n(19)), ..chair() },
        Offer { minimum: n(21), ..chair() },
        Offer { step: n(3), minimum: n(3), ..chair() },
        chair(),
    ];
    assert_eq!(order(&offers, None), [5]);
}

#[test]
fn an_offer_out_of_either_ones_reach_is_left_out() {
    let offers = [
        Offer { place: Some(paris(None)), ..chair() },
        Offer { place: Some(paris(Some(876))), ..chair() },
        Offer { place: Some(paris(Some(877))), ..chair() },
        // unknown is not too far
        Offer { place: Some(Place { latitude: None, longitude: None, ..paris(Some(1)) }), ..chair() },
    ];
    assert_eq!(order(&offers, Some(&berlin(None))), [0, 2, 3]);
    assert_eq!(order(&offers, Some(&berlin(Some(500)))), [3]);
    assert_eq!(order(&offers, None), [0, 1, 2, 3]);
}

#[test]
fn a_flood_of_offers_is_cut_for_each_currency_alone() {
    let mut offer = chair();
    let mut offers = vec![offer.clone(); 200];
    offer.prices.currency = "USD".parse().unwrap();
    offers.push(offer);
    let listed = offers.iter().enumerate().map(|(i, o)| (RecordId([i as u8; 32]), agent(1), o));
    let (spec, preferences) = ("chair".parse().unwrap(), Preferences::default());
    let wish =
        Wish { spec: &spec, quantity: n(1), size: Size::Exact, place: None, preferences: &preferences };
    let found = candidates(listed, &wish, |_, _| Known::default(), at(0));
    assert_eq!(found.len(), CANDIDATES_MAX + 1);
    assert_eq!(found[CANDIDATES_MAX].unit_price.currency.code(), "USD");
}

#[test]
fn an_offer_fits_a_need_in_everything_the_need_says() {
    let need = Need {
        spec: "chair".parse().unwrap(),
        category: None,
        name: "Chairs".into(),
        unit: Unit::Each,
        quantity: n(20),
        ceiling: Some(eur("96")),
        due: Some(at(86_400)),
        place: Some(berlin(Some(900))),
        expires: at(10),
    };
    let offer = Offer { place: Some(paris(Some(900))), ..chair() };
    let fit = fits(&need, &offer, at(0)).unwrap();
    assert_eq!((fit.unit_price, fit.expected, fit.distance_km), (eur("96"), at(86_400), Some(877)));
    let open = Need { ceiling: None, due: None, place: None, ..need.clone() };
    assert!(fits(&open, &chair(), at(10)).is_some());
    let misfits = [
        Need { spec: "table".parse().unwrap(), ..need.clone() },
        Need { unit: Unit::Set, ..need.clone() },
        Need { quantity: n(19), ..need.clone() },
        Need { ceiling: Some(eur("95.99")), ..need.clone() },
        Need { ceiling: Some(vocab::Money::new(n(500), "USD".parse().unwrap())), ..need.clone() },
        Need { due: Some(at(86_399)), ..need.clone() },
        Need { place: Some(berlin(Some(800))), ..need.clone() },
        Need { expires: at(-1), ..need.clone() },
    ];
    for misfit in misfits {
        assert_eq!(fits(&misfit, &offer, at(0)), None, "{misfit:?}");
    }
}

#[test]
fn what_counts_besides_the_price_is_money_and_is_added_to_it() {
    let preferences = Preferences {
        per_km: d("0.01"),
        per_day: d("1"),
        properties: [("organic".to_owned(), d("2"))].into(),
        stranger: d("4"),
        failed: d("8"),
    };
    assert!(preferences.check().is_ok());
    let stranger = Known::default();
    assert_eq!(preferences.cost(Some(100), 86_400, &stranger), d("8"));
    let known = Known { properties: ["organic".to_owned()].into(), kept: 3, failed: 1 };
    assert_eq!(preferences.cost(Some(100), 43_200, &known), d("3.5"));
    assert!(Preferences { per_km: d("-1"), ..preferences }.check().is_err());
}

#[test]
fn a_buyer_looks_at_the_nearest_and_at_some_others_that_differ_from_buyer_to_buyer() {
    let away = |i: u8| Offer { place: Some(place("52.52", &(i % 90).to_string(), None)), ..chair() };
    let offers: Vec<_> = (0..60).map(|i| (id(i), agent(i), away(i))).collect();
    let listed = || offers.iter().map(|(id, by, offer)| (*id, *by, offer));
    let seen = |who: u8| -> Vec<_> {
        visible(listed(), &agent(who), Some(&berlin(None)), 4, 6).into_iter().map(|(id, ..)| id).collect()
    };
    assert_eq!(seen(1), seen(1));
    assert_eq!(seen(1)[..4], [id(13), id(14), id(12), id(15)]);
    assert_eq!(seen(1)[..4], seen(2)[..4]);
    assert!(seen(1).len() == 10 && seen(1)[4..] != seen(2)[4..]);
}
