//! The lunar calendar against an independent one, `tyme4rs`.
use chrono::{Datelike, NaiveDate};
use guide_common::lunar::{LunarDate, days_in_month, solar_of};
use tyme4rs::tyme::solar::SolarDay;

fn oracle(date: NaiveDate) -> LunarDate {
    let solar = SolarDay::from_ymd(date.year() as isize, date.month() as usize, date.day() as usize);
    let lunar = solar.get_lunar_day();
    let month = lunar.get_month();
    LunarDate {
        year: i32::try_from(lunar.get_year()).unwrap(),
        month: u32::try_from(month.unsigned_abs()).unwrap(),
        leap_month: month < 0,
        day: u32::try_from(lunar.get_day()).unwrap(),
    }
}

fn days(first: &str, last: &str) -> impl Iterator<Item = NaiveDate> {
    let last: NaiveDate = last.parse().unwrap();
    first.parse::<NaiveDate>().unwrap().iter_days().take_while(move |day| *day <= last)
}

#[test]
fn every_day_of_2020_to_2050_agrees_with_the_oracle() {
    let mut n_days = 0;
    for date in days("2020-01-01", "2050-12-31") {
        assert_eq!(LunarDate::of(date), Some(oracle(date)), "{date}");
        n_days += 1;
    }
    assert_eq!(n_days, 11_323);
}

#[test]
fn every_day_of_the_table_is_its_own_solar_day() {
    let mut previous: Option<LunarDate> = None;
    for date in days("1900-01-31", "2101-01-28") {
        let lunar = LunarDate::of(date).unwrap();
        assert_eq!(solar_of(lunar.year, lunar.month, lunar.day, lunar.leap_month), Some(date), "{lunar:?}");
        assert!(lunar.day <= days_in_month(lunar.year, lunar.month, lunar.leap_month).unwrap());
        assert!(previous < Some(lunar), "{lunar:?}");
        previous = Some(lunar);
    }
}
