//! Says it in HTML, Chinese first, to the four audiences. No rule lives here: what may be done, and why not, comes from the
//! engine through `actions`; a page reads a call, asks the hall, and renders.
//!
//! Modules import downward: the rooms of an audience stand on `taking`, that on `components`, those on `call` and `words`.
//! One audience never imports another.

pub mod appraisal;
pub mod call;
pub mod components;
pub mod failure;
pub mod figures;
pub mod law;
pub mod leader;
pub mod officer;
pub mod papers;
pub mod public;
pub mod report;
pub mod rounds;
pub mod showcase;
pub mod supervisor;
pub mod taking;
pub mod words;

use std::sync::Arc;

use actions::Hall;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::civil::DateTime;
use tower_http::compression::CompressionLayer;

use crate::call::{Door, Site, desk, room, upload};

/// What time it is in China. Injected, so that tests and rehearsals hold it still.
pub type Clock = Arc<dyn Fn() -> DateTime + Send + Sync>;

/// Every page of the site.
pub fn router(hall: Arc<Hall>, clock: Clock) -> Router {
    let site = Site { hall, clock };
    Router::new()
        .merge(open())
        .merge(inside())
        .route("/supervisor", room(Door::Supervisor, supervisor::watch))
        .route("/leader", room(Door::Leader, leader::screen::show))
        .route("/leader/figures/{key}", room(Door::Leader, leader::figure::show))
        .route("/leader/orders", room(Door::Leader, leader::order::list))
        .route("/leader/orders/new", desk(Door::Leader, leader::order::show, leader::order::take))
        .route("/figures", room(Door::Open, figures::all))
        .route("/figures/{key}", room(Door::Open, figures::one))
        .route("/figures/{key}/export/{form}", room(Door::Officer, figures::export))
        .route("/papers/{case}/{seq}/{file}", room(Door::Signed, papers::file))
        .route("/verify/{code}/{seq}", room(Door::Open, papers::verify))
        .route("/reports/{id}", room(Door::Officer, report::show))
        .route("/reports/{id}/{file}", room(Door::Officer, report::take))
        .route("/appraisal", room(Door::Open, appraisal::latest))
        .route("/appraisal/{year}", desk(Door::Open, appraisal::show, appraisal::begin))
        .route("/appraisal/{year}/{organ}", upload(Door::Officer, appraisal::sheet, appraisal::file))
        .route("/appraisal/{year}/{organ}/evidence/{digest}", room(Door::Officer, appraisal::evidence))
        .route("/law", room(Door::Open, law::all))
        .route("/law/{procedure}", room(Door::Open, law::one))
        .route("/components", room(Door::Open, showcase::show))
        .route("/assets/fadu.css", get(style))
        .fallback_service(
            room(Door::Open, |call| Ok(failure::plain(call, StatusCode::NOT_FOUND, "没有这一页", "请核对网址，或者从首页重新找。")))
                .with_state(site.clone()),
        )
        .with_state(site)
        .layer(from_fn(guarded))
        .layer(CompressionLayer::new())
}

fn open() -> Router<Site> {
    use crate::public::{apply, audit, feed, home, items, open, publications, report, sign_in, track};
    Router::new()
        .route("/", room(Door::Open, home::home))
        .route("/accessibility", room(Door::Open, home::accessibility))
        .route("/registers/{id}", room(Door::Open, home::register))
        .route("/items", room(Door::Open, items::list))
        .route("/items/{id}", room(Door::Open, items::guide))
        .route("/apply/{procedure}", desk(Door::Signed, apply::show, apply::take))
        .route("/track", room(Door::Open, track::find))
        .route("/track/{code}", desk(Door::Open, track::show, track::take))
        .route("/publications", room(Door::Open, publications::all))
        .route("/publications.atom", room(Door::Open, feed::atom))
        .route("/publications/{code}", room(Door::Open, publications::one))
        .route("/publications/{code}/{file}", room(Door::Open, publications::take))
        .route("/report", desk(Door::Open, report::show, report::take))
        .route("/review", room(Door::Open, report::review))
        .route("/audit", upload(Door::Open, audit::show, audit::take))
        .route("/open-data", room(Door::Open, open::all))
        .route("/open-data/{id}", room(Door::Open, open::one))
        .route("/mine", room(Door::Signed, sign_in::mine))
        .route("/sign-in", desk(Door::Open, sign_in::show, sign_in::enter))
        .route("/sign-out", desk(Door::Open, home::home, sign_in::leave))
}

fn inside() -> Router<Site> {
    use crate::officer::{case, new, pool, registers, search, todo};
    use crate::rounds;
    Router::new()
        .route("/officer", room(Door::Officer, todo::show))
        .route("/officer/cases/{id}", desk(Door::Officer, case::show, case::take))
        .route("/rounds", desk(Door::Officer, rounds::all, rounds::act))
        .route("/rounds/{id}", desk(Door::Officer, rounds::write::show, rounds::write::take))
        .route("/rounds/{id}/parts/{part}", room(Door::Officer, rounds::parts::show))
        .route("/officer/search", room(Door::Officer, search::show))
        .route("/officer/new", room(Door::Officer, new::list))
        .route("/officer/new/{procedure}", desk(Door::Officer, new::show, new::take))
        .route("/pool", room(Door::Officer, pool::all))
        .route("/pool/batches/{id}", room(Door::Officer, pool::batch))
        .route("/pool/batches/{id}/rejects.csv", room(Door::Officer, pool::rejects))
        .route("/pool/{set}", upload(Door::Officer, pool::one, pool::take))
        .route("/pool/{set}/{file}", room(Door::Officer, pool::export))
        .route("/officer/registers", room(Door::Officer, registers::all))
        .route("/officer/registers/{id}", desk(Door::Officer, registers::list, registers::enter))
        .route("/officer/registers/{id}/{entry}", desk(Door::Officer, registers::entry, registers::enter))
}

/// The style sheet: its address carries its digest, so it may be kept for a year.
async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, components::page::STYLE).into_response()
}

/// What every answer says to the browser: nothing from elsewhere, nothing inline, no frames.
async fn guarded(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
