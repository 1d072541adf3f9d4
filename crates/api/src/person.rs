//! Signing in and out, and who one is.

use std::sync::Arc;

use actions::Error;
use actions::person::Visitor;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::{Caller, Client};
use crate::desk::Desk;
use crate::given::Given;
use crate::problem::{Answer, Kind, Problem};

/// So many sign-ins a minute from one address: an office behind one address still gets in at nine in the morning.
const SIGN_INS: u32 = 120;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schema(example = json!({ "login": "zhao", "password": "…" }))]
pub struct SignIn {
    login: String,
    password: String,
}

/// The token to send as `Authorization: Bearer`; it holds for twelve hours.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SignedIn {
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015")]
    token: String,
    person: Who,
}

/// A person with today's posts and papers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Who {
    login: String,
    /// Id in the register of officers; `u:` and the login for members of the public.
    #[schema(example = "zhao")]
    id: String,
    name: String,
    /// Empty for members of the public.
    #[schema(example = "approval-bureau")]
    organ: String,
    organ_title: String,
    #[schema(example = json!(["examiner"]))]
    posts: Vec<String>,
    /// Holds an enforcement certificate valid today.
    certified: bool,
    legal_qualified: bool,
}

/// Sign in. Wrong login and wrong password read alike; five wrong passwords lock the account for a quarter of an hour.
#[utoipa::path(post, path = "/api/sessions", tag = "sessions", security(()), request_body = SignIn, responses(
    (status = 200, body = SignedIn),
    (status = 401, description = "sign-in-failed", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "too-many: more than 120 a minute from one address", body = Problem, content_type = "application/problem+json")))]
pub async fn sign_in(State(desk): State<Arc<Desk>>, Client(client): Client, Given(given): Given<SignIn>) -> Answer<Json<SignedIn>> {
    desk.count("sign-in", &client, SIGN_INS)?;
    let signed_in = desk
        .work(move |hall, now| {
            let token = hall.sign_in(&given.login, &given.password, now).map_err(|error| match error {
                Error::Forbidden(says) => Problem::new(Kind::SignInFailed, says),
                error => Problem::of(error, hall, now.date()),
            })?;
            let visitor = hall.visitor(&token, now)?.ok_or_else(Problem::sign_in)?;
            let organ_title = hall.organ_title(&visitor.person.organ);
            Ok(SignedIn { token, person: who(visitor, organ_title) })
        })
        .await?;
    Ok(Json(signed_in))
}

/// Sign out: the token ends.
#[utoipa::path(delete, path = "/api/sessions", tag = "sessions", responses((status = 204, description = "The token has ended")))]
pub async fn sign_out(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer<StatusCode> {
    desk.work(move |hall, _| Ok(hall.sign_out(&caller.token)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who one is, with today's posts.
#[utoipa::path(get, path = "/api/sessions/mine", tag = "sessions", responses((status = 200, body = Who)))]
pub async fn whoami(State(desk): State<Arc<Desk>>, caller: Caller) -> Json<Who> {
    let organ_title = desk.hall.organ_title(&caller.visitor.person.organ);
    Json(who(caller.visitor, organ_title))
}

fn who(visitor: Visitor, organ_title: String) -> Who {
    let person = visitor.person;
    Who {
        login: visitor.login,
        id: person.id,
        name: person.name,
        organ: person.organ,
        organ_title,
        posts: person.posts,
        certified: person.certified,
        legal_qualified: person.legal_qualified,
    }
}
