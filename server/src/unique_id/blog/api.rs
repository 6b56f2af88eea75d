//! The routes of the blog, below `/api/unique-id/blog`:
//!
//! | request | answer |
//! | --- | --- |
//! | `POST posts` `{"user_id": 7, "text": "…"}` | 201, and the post with its ID and shard |
//! | `GET posts?limit=20&before=ID` | the newest posts of all shards, those before an ID if one is named |
//! | `GET users/{user_id}/posts?limit=20&before=ID` | the same of one user, from one shard |
//! | `GET users/{user_id}/posts/{id}` | one post |
//! | `GET shards` | how full each shard is |

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use playground_core::unique_id::snowflake::Id;
use playground_core::unique_id::wire::{NewPost, Post, Posts, ShardState};
use serde::Deserialize;

use super::super::api::{service, unavailable, unique_id};
use super::super::refused;
use crate::app::AppState;
use crate::problem::AppError;

/// How many posts a page has if nothing else is asked for.
const LIMIT: usize = 20;

/// The routes.
pub(in crate::unique_id) fn routes() -> Router<AppState> {
    Router::new()
        .route("/blog/posts", post(write).get(newest))
        .route("/blog/users/{user_id}/posts", get(newest_of))
        .route("/blog/users/{user_id}/posts/{id}", get(find))
        .route("/blog/shards", get(shards))
}

/// Which page is asked for.
#[derive(Deserialize)]
struct Page {
    limit: Option<usize>,
    before: Option<Id>,
}

/// The page's bounds, or what is wrong with them.
fn page(asked: Result<Query<Page>, QueryRejection>) -> Result<(Option<Id>, usize), AppError> {
    let Query(Page { limit, before }) = asked.map_err(|error| bad(error.body_text()))?;
    let limit = limit.unwrap_or(LIMIT);
    match (1..=Posts::MOST).contains(&limit) {
        true => Ok((before, limit)),
        false => Err(bad(format!("A page has 1 to {} posts.", Posts::MOST))),
    }
}

fn bad(detail: String) -> AppError {
    refused(StatusCode::BAD_REQUEST, detail)
}

async fn write(
    State(state): State<AppState>,
    request: Result<Json<NewPost>, JsonRejection>,
) -> Result<Response, AppError> {
    let Json(new) = request?;
    if !new.has_good_text() {
        let detail = format!("A post has 1 to {} characters.", NewPost::MOST_CHARS);
        return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let made = match service(&state)?.make(1).await {
        Ok((_, ids)) => ids.first().copied(),
        Err(why) => return Ok(unavailable(&why)),
    };
    let id = made.ok_or(AppError::Panicked)?;
    let NewPost { user_id, text } = new;
    let post = Post { id, user_id, shard: Post::shard_of(user_id), text };
    let post = unique_id(&state)?.blog().store(post).await?;
    let place = format!("/api/unique-id/blog/users/{user_id}/posts/{id}");
    let mut response = (StatusCode::CREATED, Json(post)).into_response();
    if let Ok(place) = HeaderValue::try_from(place) {
        response.headers_mut().insert(LOCATION, place);
    }
    Ok(response)
}

async fn newest(
    State(state): State<AppState>,
    asked: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Posts>, AppError> {
    let (before, limit) = page(asked)?;
    Ok(Json(unique_id(&state)?.blog().newest(before, limit).await?))
}

async fn newest_of(
    State(state): State<AppState>,
    user_id: Result<Path<u32>, PathRejection>,
    asked: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Posts>, AppError> {
    let Path(user_id) = user_id.map_err(|error| bad(error.body_text()))?;
    let (before, limit) = page(asked)?;
    Ok(Json(unique_id(&state)?.blog().newest_of(user_id, before, limit).await?))
}

async fn find(
    State(state): State<AppState>,
    place: Result<Path<(u32, Id)>, PathRejection>,
) -> Result<Json<Post>, AppError> {
    let Path((user_id, id)) = place.map_err(|error| bad(error.body_text()))?;
    let found = unique_id(&state)?.blog().find(user_id, id).await?;
    found
        .map(Json)
        .ok_or_else(|| refused(StatusCode::NOT_FOUND, format!("User {user_id} has no post {id}.")))
}

async fn shards(State(state): State<AppState>) -> Result<Json<Vec<ShardState>>, AppError> {
    Ok(Json(unique_id(&state)?.blog().shards().await?))
}
