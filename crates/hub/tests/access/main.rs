//! Every endpoint × every role × a foreign organization: who gets in, and who does not.
//!
//! The expectation comes from the role matrix; which right an endpoint needs is written down here once more, so that
//! a handler that asks for the wrong one is found. An endpoint that is missing here fails the test.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod endpoints;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use insitu_hub::testing::{Person, TestHub};
use insitu_model::role::{OrganizationRole, ProjectRole, Right, allows};
use serde_json::{Value, json};

use endpoints::Demands::{Caller, InOrganization, Nothing, OnAsset, OnNamedProject, OnProject, OnTask};
use endpoints::ENDPOINTS;

/// A project, an asset in it, and its task.
#[derive(Debug, Clone)]
struct Place {
    project: String,
    asset: String,
    task: String,
}

impl Place {
    /// A new project with one asset.
    async fn of(owner: &Person) -> Self {
        let project = owner.project("p").await;
        let list = json!({ "assets": [{ "data": "https://example.com/a.jpg" }] });
        owner
            .post(&format!("/v2/project/{project}/cloud"), list)
            .await
            .data();
        let tasks = owner.get(&format!("/v2/project/{project}/tasks")).await;
        let task = &tasks.data()["tasks"][0];
        let id = |thing: &Value| thing["_id"].as_str().unwrap().to_owned();
        Self {
            project,
            asset: id(&task["asset"]),
            task: id(task),
        }
    }
}

/// Somebody with a role, and what the matrix says of them.
struct Somebody {
    person: Person,
    role: OrganizationRole,
    project_role: Option<ProjectRole>,
}

async fn everybody(hub: &TestHub, owner: &Person, project: &str) -> Vec<Somebody> {
    let mut people = vec![Somebody {
        person: owner.clone(),
        role: OrganizationRole::Owner,
        project_role: None,
    }];
    let admin = hub.member(owner, "admin", OrganizationRole::Admin, &[]).await;
    people.push(Somebody {
        person: admin,
        role: OrganizationRole::Admin,
        project_role: None,
    });
    let stranger = hub.member(owner, "nobody", OrganizationRole::Member, &[]).await;
    people.push(Somebody {
        person: stranger,
        role: OrganizationRole::Member,
        project_role: None,
    });
    for role in ProjectRole::ALL {
        let name = format!("the-{}", role.as_str());
        let person = hub
            .member(owner, &name, OrganizationRole::Member, &[(project, *role)])
            .await;
        people.push(Somebody {
            person,
            role: OrganizationRole::Member,
            project_role: Some(*role),
        });
    }
    people
}

fn path_for(template: &str, organization: &str, place: &Place) -> String {
    let project = &place.project;
    let nowhere = "000000000000000000000000";
    let path = template
        .replace("{organization}", organization)
        .replace("{project}", project)
        .replace("{task}", &place.task)
        .replace("{token}", "no-such-token")
        .replace("{id}", nowhere);
    let path = match template.contains("{project}") {
        true => path.replace("{asset}", nowhere),
        false => path.replace("{asset}", &place.asset),
    };
    match template {
        "/v2/getUploadUrl" => format!("{path}?name=a.jpg&project={project}&type=assets"),
        "/v2/getSignedUrl" => format!("{path}?name=https://example.com/a.jpg&project={project}"),
        // There are no issues to export: those who get in are told so.
        "/v2/export" | "/v2/exportV3" => format!("{path}?type=issue&project={project}"),
        _ => path,
    }
}

fn body_for(method: &str, template: &str, project: &str) -> Body {
    match (method, template) {
        ("GET", _) => Body::empty(),
        (_, "/v2/task/assign") => Body::from(json!({ "project": project, "tasks": [] }).to_string()),
        (_, "/v2/assignBatches") => {
            Body::from(json!({ "projectId": project, "assets": [], "batches": [] }).to_string())
        }
        (_, "/v2/import/labels") => Body::from(json!({ "project": project, "jsonContent": [] }).to_string()),
        // Not what any handler wants: those who get in are told so, and nothing is changed.
        _ => Body::from("nonsense"),
    }
}

async fn call(
    person: &Person,
    method: &str,
    template: &str,
    organization: &str,
    place: &Place,
) -> (StatusCode, Value) {
    let answer = person
        .send(
            Method::from_bytes(method.as_bytes()).unwrap(),
            &path_for(template, organization, place),
            body_for(method, template, &place.project),
        )
        .await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn the_table_names_every_endpoint_and_no_other() {
    let document: Value = serde_json::from_str(&insitu_hub::api::openapi_json().unwrap()).unwrap();
    let mut documented: Vec<String> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            documented.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    let mut listed: Vec<String> = ENDPOINTS
        .iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    documented.sort();
    listed.sort();
    assert_eq!(documented, listed);
}

#[tokio::test]
async fn nobody_gets_in_without_a_key_or_with_a_wrong_one() {
    let hub = TestHub::start().await;
    let owner = hub.owner("Acme").await;
    let place = Place::of(&owner).await;
    let nobody = owner.with_key("00000000-0000-4000-8000-000000000000");
    for (method, template, demands) in ENDPOINTS {
        if *demands == Nothing {
            continue;
        }
        let (status, body) = call(&nobody, method, template, &owner.organization, &place).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {template}: {body}");
        assert_eq!(body["code"], "api_key.invalid", "{method} {template}");
        let path = path_for(template, &owner.organization, &place);
        let answer = hub
            .anonymous(Method::from_bytes(method.as_bytes()).unwrap(), &path, Value::Null)
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {template}");
    }
}

#[tokio::test]
async fn every_role_can_what_the_matrix_says_and_nothing_else() {
    let hub = TestHub::start().await;
    let owner = hub.owner("Acme").await;
    let place = Place::of(&owner).await;
    let people = everybody(&hub, &owner, &place.project).await;
    for (method, template, demands) in ENDPOINTS {
        for somebody in &people {
            let (role, project_role) = (somebody.role, somebody.project_role);
            let may = match demands {
                Nothing | Caller => continue,
                InOrganization(right)
                | OnProject(right)
                | OnNamedProject(right)
                | OnTask(right)
                | OnAsset(right) => allows(*right, role, project_role),
            };
            // A project that is deleted or archived for the test must not be the one that the others are tested with.
            let ends = matches!(
                (*method, *template),
                ("DELETE", "/v2/project/{project}") | ("POST", "/v2/project/{project}/archive")
            );
            let own = if ends && may {
                let fresh = owner.project("to be deleted").await;
                if let Some(role) = project_role {
                    let body = json!({ "assignees": [somebody.person.email], "role": role.as_str() });
                    owner
                        .post(&format!("/v2/project/{fresh}/assigned"), body)
                        .await
                        .data();
                }
                Place {
                    project: fresh,
                    ..place.clone()
                }
            } else {
                place.clone()
            };
            let (status, body) = call(&somebody.person, method, template, &owner.organization, &own).await;
            let who = format!("{role:?}/{project_role:?} {method} {template}: {status} {body}");
            assert!(!status.is_server_error(), "{who}");
            let sees_project = allows(Right::ReadProject, role, project_role);
            let is_refused = match demands {
                OnProject(_) | OnNamedProject(_) if !sees_project => body["code"] == "project.not_found",
                OnTask(_) if !sees_project => body["code"] == "task.not_found",
                OnAsset(_) if !sees_project => body["code"] == "asset.not_found",
                _ => body["code"] == "access.right_missing",
            };
            assert_eq!(is_refused, !may, "{who}");
        }
    }
}

#[tokio::test]
async fn a_foreign_owner_finds_nothing_at_all() {
    let hub = TestHub::start().await;
    let owner = hub.owner("Acme").await;
    let place = Place::of(&owner).await;
    let foreign = hub.owner("Rival").await;
    for (method, template, demands) in ENDPOINTS {
        let names_organization = template.contains("{organization}");
        let names_project = matches!(demands, OnProject(_) | OnNamedProject(_) | OnTask(_) | OnAsset(_));
        if !names_organization && !names_project {
            continue;
        }
        let (status, body) = call(&foreign, method, template, &owner.organization, &place).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{method} {template}: {body}");
    }
    let theirs = owner.get(&format!("/v2/project/{}", place.project)).await;
    assert_eq!(theirs.data()["project"]["name"], "p");
}

/// Something of the owner's for every family of endpoints that names a thing by its id alone.
async fn things(owner: &Person) -> Vec<(&'static str, String)> {
    let id = |answer: insitu_hub::testing::Answer, name: &str| -> String {
        answer.data()[name]["_id"].as_str().unwrap().to_owned()
    };
    let place = Place::of(owner).await;
    let storage = json!({ "name": "s", "provider": "AWS", "accessType": "IAM_USER", "region": "eu-central-1",
        "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" });
    let storage = id(owner.post("/v2/storages", storage).await, "storage");
    let project = &place.project;
    let list = Body::from(r#"[{"data":"https://example.com/b.jpg"}]"#);
    let path = format!("/v2/project/{project}/imports");
    let import = id(owner.send(Method::POST, &path, list).await, "import");
    let path = format!("/v2/project/{project}/exports");
    let export = id(owner.post(&path, json!({ "stage": [] })).await, "export");
    let keys = owner.get("/v2/apiKeys").await;
    let key = keys.data()["apiKeys"][0]["_id"].as_str().unwrap().to_owned();
    vec![
        ("/v2/storages/{id}", storage),
        ("/v2/imports/{id}", import),
        ("/v2/exports/{id}", export),
        ("/v2/apiKeys/{id}", key),
    ]
}

#[tokio::test]
async fn a_foreign_owner_finds_nothing_by_its_id_alone() {
    let hub = TestHub::start().await;
    let owner = hub.owner("Acme").await;
    let things = things(&owner).await;
    let foreign = hub.owner("Rival").await;
    let mut walked = 0;
    // Whoever deletes comes last: until then the owner finds all that the foreign one does not.
    let mut endpoints = ENDPOINTS.to_vec();
    endpoints.sort_by_key(|(method, template, _)| *method == "DELETE" && template.ends_with("{id}"));
    for (method, template, demands) in endpoints {
        let is_within = template.contains("{project}") || template.contains("{organization}");
        if !template.contains("{id}") || is_within || demands == Nothing {
            continue;
        }
        let (family, id) = things
            .iter()
            .find(|(family, _)| template.starts_with(family))
            .unwrap();
        let path = template.replace("{id}", id);
        let body = match template {
            "/v2/storages/{id}/rotate" => {
                json!({ "publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": "x".repeat(40) })
            }
            "/v2/storages/{id}" => json!({ "name": "taken over" }),
            _ => json!({}),
        };
        for (person, finds) in [(&foreign, false), (&owner, true)] {
            let sent = match method {
                "GET" => Body::empty(),
                _ => Body::from(body.to_string()),
            };
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = person.send(method.clone(), &path, sent).await;
            let found = answer.status != StatusCode::NOT_FOUND;
            assert_eq!(found, finds, "{family}: {method} {template}: {}", answer.body);
            assert!(
                !answer.status.is_server_error(),
                "{method} {template}: {}",
                answer.body
            );
        }
        walked += 1;
    }
    assert!(walked >= 16, "{walked}");
}
