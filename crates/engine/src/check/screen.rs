//! What must hold of the leader's screen: its figures exist, every number says where it comes from, alerts look the way the figure is good.

use super::{Report, once};
use crate::figure::{Figure, Measure};
use crate::law::{Law, Version};
use crate::screen::{Alarm, Better, Dimension, Level, Source, Tile};

pub(super) fn screen(report: &mut Report<'_>) {
    let folder = report.folder;
    let law = &folder.law;
    let Some(screen) = &law.screen else { return };
    let file = super::file_of(folder, "/screen.toml");
    let keys: Vec<String> = law.figures.iter().map(|figure| figure.key.clone()).collect();
    once(report, &file, "section", screen.sections.iter().map(|section| section.id.as_str()));
    once(report, &file, "tile of figure", screen.tiles().map(|tile| tile.figure.as_str()));
    once(report, &file, "map of figure", screen.maps.iter().map(|map| map.figure.as_str()));
    for tile in screen.tiles() {
        report.known(&file, "figure", &tile.figure, keys.iter());
        one(report, &file, tile);
    }
    for map in &screen.maps {
        report.known(&file, "figure", &map.figure, keys.iter());
        apart(report, &file, &map.figure, Dimension::Place);
    }
    for key in &screen.organs.figures {
        report.known(&file, "figure", key, keys.iter());
    }
}

fn one(report: &mut Report<'_>, file: &str, tile: &Tile) {
    let law = &report.folder.law;
    for dimension in &tile.by {
        apart(report, file, &tile.figure, *dimension);
    }
    if tile.target.is_some() && tile.better == Better::Neither {
        report.say(file, &tile.figure, CHECK, format!("`{}` has a target: say `better = \"higher\"` or `\"lower\"`", tile.figure));
    }
    match &tile.target {
        Some(Level::Parameter(id)) => report.known(file, "parameter", id, law.parameters.iter().map(|parameter| &parameter.id)),
        Some(Level::Written { in_force, until, source: Source::Article(cite), .. }) => report.cite(file, cite, *in_force, *until, false),
        _ => {}
    }
    for alarm in &tile.alerts {
        let Alarm { in_force, until, source, .. } = alarm;
        if let Source::Article(cite) = source {
            report.cite(file, cite, *in_force, *until, false);
        }
        if !alarm.fits(tile.better) {
            let message = format!(
                "an alert of `{}` looks the wrong way: `below` and `down` go with `better = \"higher\"`, `above` and `up` with `\"lower\"`",
                tile.figure
            );
            report.say(file, &tile.figure, CHECK, message);
        }
    }
}

const CHECK: &str = "screen-holds";

/// A figure can be told apart by matter or place only if its procedure names such a field; entries of registers lie nowhere.
fn apart(report: &mut Report<'_>, file: &str, key: &str, dimension: Dimension) {
    let law = &report.folder.law;
    let (word, named): (&str, fn(&Version) -> bool) = match dimension {
        Dimension::Organ => return,
        Dimension::Matter => ("matter", |version| version.matter.is_some()),
        Dimension::Place => ("place", |version| version.place.is_some()),
    };
    // A figure that is not declared is named elsewhere.
    let Some(figure) = law.figure(key) else { return };
    if !counted(law, figure).is_some_and(named) {
        report.say(file, key, CHECK, format!("`{key}` cannot be told apart by {word}: no procedure it counts names a `{word}`"));
    }
}

/// The newest version of the procedure whose steps a figure counts.
fn counted<'l>(law: &'l Law, figure: &Figure) -> Option<&'l Version> {
    let procedure = match &figure.measure {
        Measure::Count(over) => over.procedure.as_ref(),
        Measure::Sum(over) => over.procedure.as_ref(),
        Measure::Ratio(pair) | Measure::Mean(pair) => return counted(law, law.figure(&pair.over).filter(|over| over.key != figure.key)?),
        _ => None,
    };
    law.procedures.get(procedure?)?.versions.last()
}
