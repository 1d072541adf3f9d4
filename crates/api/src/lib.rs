//! Says in JSON what the hall does, with an OpenAPI 3.1 document. It contains no rule: whoever is refused here was refused by the law.
//!
//! Names are kebab-case. Days read `2026-10-20`, moments `2026-10-20T09:00:00+08:00`, money is whole yuan. Every error is a
//! problem (RFC 9457) with a Chinese and an English title. Who shows no token is let in only where a path says so.
//!
//! Modules import downward in this order.

pub mod appraisal;
pub mod audit;
pub mod board;
pub mod caller;
pub mod case;
pub mod checkpoint;
pub mod desk;
pub mod document;
pub mod dress;
pub mod figure;
pub mod given;
pub mod health;
pub mod law;
pub mod open311;
pub mod paper;
pub mod person;
pub mod pool;
pub mod problem;
pub mod register;
pub mod repeat;
pub mod report;
pub mod round;
pub mod search;
pub mod step;
pub mod track;

use std::sync::Arc;

use actions::Hall;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use desk::Clock;

use crate::desk::Desk;

/// All paths under `/api` and `/open311`. Merge it with the pages: it brings no fallback of its own for other paths.
///
/// Serve with `into_make_service_with_connect_info::<SocketAddr>()`, so that the limits on sign-in and tracking go by address.
pub fn router(hall: Arc<Hall>, clock: Clock) -> Router {
    let desk = Arc::new(Desk::new(hall, clock));
    let open = OpenApiRouter::new()
        .routes(routes!(person::sign_in))
        .routes(routes!(law::procedures))
        .routes(routes!(law::procedure))
        .routes(routes!(law::registers))
        .routes(routes!(law::calendar))
        .routes(routes!(law::due))
        .routes(routes!(track::track))
        .routes(routes!(register::entries))
        .routes(routes!(register::entry))
        .routes(routes!(figure::figures))
        .routes(routes!(figure::figure))
        .routes(routes!(round::publications))
        .routes(routes!(audit::audit_report))
        .routes(routes!(pool::data_sets))
        .routes(routes!(pool::open_data))
        .routes(routes!(appraisal::appraisal))
        .routes(routes!(health::health))
        .routes(routes!(checkpoint::checkpoints))
        .routes(routes!(problem::kinds))
        .routes(routes!(problem::kind))
        .routes(routes!(document::document))
        .routes(routes!(open311::discovery))
        .routes(routes!(open311::services))
        .routes(routes!(open311::service))
        .routes(routes!(open311::one))
        .route_layer(from_fn_with_state(desk.clone(), caller::recognise));
    let closed = OpenApiRouter::new()
        .routes(routes!(person::sign_out))
        .routes(routes!(person::whoami))
        .routes(routes!(case::cases, step::open_case))
        .routes(routes!(case::case))
        .routes(routes!(case::events))
        .routes(routes!(step::steps, step::take_step))
        .routes(routes!(paper::paper))
        .routes(routes!(register::enter))
        .routes(routes!(board::board))
        .routes(routes!(figure::breakdown))
        .routes(routes!(figure::records))
        .routes(routes!(figure::export_records))
        .routes(routes!(round::rounds))
        .routes(routes!(round::round))
        .routes(routes!(pool::pooled_records))
        .routes(routes!(pool::batch))
        .routes(routes!(report::report))
        .routes(routes!(appraisal::score_sheet))
        .routes(routes!(search::search))
        .routes(routes!(open311::requests, open311::request))
        .route_layer(from_fn_with_state(desk.clone(), repeat::repeat))
        .route_layer(from_fn_with_state(desk.clone(), caller::demand));
    // Files are larger than the answers that are kept for a repeated request; a batch submitted twice is known already.
    let files = OpenApiRouter::new().routes(routes!(pool::submit_batch)).route_layer(from_fn_with_state(desk.clone(), caller::demand));
    let (router, doc) = OpenApiRouter::with_openapi(document::opening()).merge(open).merge(closed).merge(files).split_for_parts();
    desk.publish(document::finished(doc));
    router
        .route("/api", get(document::page))
        .route("/api/{*rest}", any(problem::no_such_path))
        .route("/open311/{*rest}", any(problem::no_such_path))
        .method_not_allowed_fallback(problem::no_such_method)
        .with_state(desk)
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(dress::dress))
}
