//! `fadu bench report`: the whole annual report over a large ledger, in every format in which it goes out.

use actions::report::Wanted;
use actions::report::file::{Form, file};
use anyhow::Result;
use serde_json::json;

use super::{Bench, percentiles, say, timed, year};
use crate::folder::Place;

const ROUNDS: usize = 11;

pub fn report(command: &Bench, place: &Place) -> Result<()> {
    let year = year::year(command, place)?;
    let wanted = Wanted::year("annual", year.district.year);
    let now = crate::commands::serve::clock(None)();
    let times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let (written, took) = timed(|| year.hall.report(&wanted, now));
            written.map(|_| took)
        })
        .collect::<Result<_, _>>()?;
    let (p50, p99) = percentiles(times);
    say("report", "the annual report read from the ledger", json!({ "events": year.events, "p50_ms": p50, "p99_ms": p99 }));
    let written = year.hall.report(&wanted, now)?;
    let mut whole = p50;
    for form in Form::ALL {
        let (bytes, took) = timed(|| file(&written, form, ""));
        whole += took;
        say("report", "the annual report as a file", json!({ "form": form.extension(), "bytes": bytes?.len(), "ms": took }));
    }
    say("report", "the annual report in all forms", json!({ "events": year.events, "ms": whole }));
    Ok(())
}
