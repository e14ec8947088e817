//! Labelers of a project, each with a key of their own: the people that the queue is for.

use anyhow::{Context, Result};
use serde_json::json;

use crate::http::{self, Connection};
use crate::hub::{Workplace, data};

/// Adds so many labelers to the project; their keys.
pub fn add(place: &mut Workplace, count: usize) -> Result<Vec<String>> {
    let project = place.get(&format!("/v2/project/{}", place.project))?;
    let organization = project["project"]["organization"]
        .as_str()
        .context("a project without its organization")?;
    let invites = format!("/v2/organization/{organization}/invites");
    (0..count)
        .map(|number| {
            let body = json!({
                "to": [format!("labeler-{number}@insitu.test")], "organizationRole": "member",
                "projectAssignments": [{ "projectId": place.project, "projectRole": "Labeler" }],
            });
            let invited = place.post(&invites, &body)?;
            let link = invited["invites"][0]["link"]
                .as_str()
                .context("an invitation without its link")?;
            let token = link.rsplit('/').next().unwrap_or_default();
            accept(place, token, number)
        })
        .collect()
}

fn accept(place: &Workplace, token: &str, number: usize) -> Result<String> {
    let mut connection = Connection::open(place.hub.address)?;
    let body =
        json!({ "name": format!("Labeler {number}"), "password": "correct horse battery" }).to_string();
    let path = format!("/v2/invitations/{token}/accept");
    let answer = connection.call(&http::request("POST", &path, &[], body.as_bytes()))?;
    let cookie = answer
        .header("set-cookie")
        .and_then(|cookie| cookie.split(';').next())
        .map(str::to_owned);
    data(answer)?;
    let cookie = cookie.context("accepting an invitation did not sign in")?;
    let origin = format!("http://{}", place.hub.address);
    let headers = [("cookie", cookie.as_str()), ("origin", origin.as_str())];
    let body = json!({ "name": "bench" }).to_string();
    let made = data(connection.call(&http::request("POST", "/v2/apiKeys", &headers, body.as_bytes()))?)?;
    made["apiKey"]["key"]
        .as_str()
        .map(str::to_owned)
        .context("the hub made a key and did not show it")
}
