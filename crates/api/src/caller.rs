//! Who is asking: the token in `Authorization: Bearer`, and the door that stays shut without one.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use actions::person::Visitor;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::{HeaderMap, header, request::Parts};
use axum::middleware::Next;
use axum::response::Response;

use crate::desk::Desk;
use crate::problem::{Answer, Kind, Problem};

/// Who is signed in, with the token that says so.
#[derive(Debug, Clone)]
pub struct Caller {
    pub visitor: Visitor,
    pub token: String,
}

/// Lets nobody by without a good token.
pub async fn demand(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Answer<Response> {
    let caller = whose(&desk, request.headers()).await?.ok_or_else(Problem::sign_in)?;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Lets everybody by, and knows who shows a token. A bad token is refused, never taken for none.
pub async fn recognise(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Answer<Response> {
    if let Some(caller) = whose(&desk, request.headers()).await? {
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}

async fn whose(desk: &Desk, headers: &HeaderMap) -> Answer<Option<Caller>> {
    let Some(given) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = given
        .to_str()
        .ok()
        .and_then(|given| given.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim().to_owned());
    let token = token.ok_or_else(|| Problem::new(Kind::SignIn, "请求头应当写 Authorization: Bearer 加令牌"))?;
    let shown = token.clone();
    let visitor = desk.work(move |hall, now| Ok(hall.visitor(&shown, now)?)).await?;
    let visitor = visitor.ok_or_else(|| Problem::new(Kind::SignIn, "令牌不对或者已经过期，请重新登录"))?;
    Ok(Some(Caller { visitor, token }))
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Box<Problem>;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(Problem::sign_in)
    }
}

/// Who is signed in, if anybody is.
pub struct Anybody(pub Option<Caller>);

impl<S: Send + Sync> FromRequestParts<S> for Anybody {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Anybody(parts.extensions.get::<Caller>().cloned()))
    }
}

impl Anybody {
    /// Whether a person of the government asks.
    pub fn official(&self) -> bool {
        self.0.as_ref().is_some_and(Caller::official)
    }
}

impl Caller {
    /// A person of the government who holds a post today.
    pub fn official(&self) -> bool {
        !self.visitor.person.organ.is_empty() && !self.visitor.person.posts.is_empty()
    }

    /// Refuses whoever is not an official.
    pub fn as_official(&self) -> Answer<()> {
        if self.official() { Ok(()) } else { Err(Problem::new(Kind::Forbidden, "只有在岗的政府工作人员可以打开")) }
    }
}

/// The address a request comes from, for counting; behind a proxy on the same machine, the address the proxy saw.
pub struct Client(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        let forwarded = || parts.headers.get("x-forwarded-for")?.to_str().ok()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok();
        let client = match peer {
            Some(peer) if peer.is_loopback() => Some(forwarded().unwrap_or(peer)),
            peer => peer,
        };
        Ok(Client(client.map_or_else(String::new, |client| client.to_string())))
    }
}
