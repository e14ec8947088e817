//! Asking for exports: what is refused by which name, who sees them, and how they are stopped.

use insitu_model::role::{OrganizationRole, ProjectRole};
use serde_json::json;

use crate::story::Story;

#[tokio::test]
async fn what_cannot_be_exported_is_refused_by_name() {
    let story = Story::begin().await;
    for (body, code) in [
        (json!({ "format": "yolo" }), "export.format_unknown"),
        (json!({ "stage": ["Done"] }), "export.stage_unknown"),
        (json!({ "batches": ["none such"] }), "export.unknown_batch"),
        (
            json!({ "updatedAt": { "$gt": "yesterday" } }),
            "export.time_invalid",
        ),
        (
            json!({ "updatedAt": { "$near": "2026" } }),
            "request.body_invalid",
        ),
        (
            json!({ "format": "masks", "masks": { "kind": "all" } }),
            "export.mask_kind_unknown",
        ),
        (
            json!({ "format": "masks", "masks": { "raster": "fast" } }),
            "export.raster_unknown",
        ),
        (json!({ "stages": ["Label"] }), "request.body_invalid"),
    ] {
        let answer = story.ask(body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, code), "{body}");
    }
    let list = story
        .owner
        .get(&format!("/v2/project/{}/exports", story.project))
        .await;
    assert_eq!(list.data()["total"], 0);
}

#[tokio::test]
async fn an_export_says_what_it_holds_and_is_listed() {
    let story = Story::begin().await;
    let order = json!({ "format": "masks", "stage": ["Review", "Complete"], "updatedAt": { "$gt": "2026-01-31T12:00:00Z" },
        "masks": { "kind": "class", "raster": "opencv" } });
    let export = story.export(order).await;
    assert_eq!(export["format"], "masks");
    assert_eq!(export["options"]["stage"], json!(["Review", "Complete"]));
    assert_eq!(
        export["options"]["updatedAt"],
        json!({ "$gt": "2026-01-31T12:00:00.000Z" })
    );
    assert_eq!(
        export["options"]["masks"],
        json!({ "kind": "class", "raster": "opencv" })
    );
    let second = story.export(json!({})).await;
    assert_eq!(
        (&second["options"]["stage"], &second["options"]["masks"]),
        (&json!(["Complete"]), &json!(null))
    );
    let list = story
        .owner
        .get(&format!("/v2/project/{}/exports?limit=1", story.project))
        .await;
    assert_eq!(
        (&list.data()["total"], &list.data()["exports"][0]["_id"]),
        (&json!(2), &second["_id"])
    );
}

#[tokio::test]
async fn only_who_may_export_sees_exports() {
    let story = Story::begin().await;
    let export = story.export(json!({})).await;
    let path = format!("/v2/exports/{}", export["_id"].as_str().unwrap());
    let roles = [(story.project.as_str(), ProjectRole::Lead)];
    let lead = story
        .hub
        .member(&story.owner, "Lea", OrganizationRole::Member, &roles)
        .await;
    let stranger = story.hub.owner("Other").await;
    for path in [path.clone(), format!("{path}/report")] {
        assert_eq!(lead.get(&path).await.status, 403);
        let unknown = stranger.get(&path).await;
        assert_eq!(
            (unknown.status.as_u16(), unknown.code()),
            (404, "export.not_found")
        );
    }
    assert_eq!(
        lead.post(&format!("/v2/project/{}/exports", story.project), json!({}))
            .await
            .status,
        403
    );
    assert_eq!(
        stranger.post(&format!("{path}/cancel"), json!({})).await.status,
        404
    );
}

#[tokio::test]
async fn cancelling_what_has_ended_changes_nothing() {
    let story = Story::begin().await;
    let export = story.export(json!({})).await;
    let path = format!("/v2/exports/{}/cancel", export["_id"].as_str().unwrap());
    let answer = story.owner.post(&path, json!({})).await;
    assert_eq!(answer.data()["export"]["state"], "completed");
    assert!(answer.data()["export"]["downloadUrl"].is_string());
}
