//! Which files and folders are meant by what was picked.

use serde_json::json;

use crate::story::Story;

#[tokio::test]
async fn what_is_picked_twice_is_imported_once() {
    let story = Story::begin(&["a/1.jpg", "a/b/2.jpg", "c.jpg", "d.jpg"]).await;
    let wish = json!({ "folders": ["a", "a/b/", "a/"], "files": ["a/1.jpg", "c.jpg", "c.jpg"] });
    let done = story.import(wish).await;
    assert_eq!(done["rowsImported"], 3, "{done}");
    assert_eq!(story.external_ids().await, ["a/1.jpg", "a/b/2.jpg", "c.jpg"]);
}

#[tokio::test]
async fn named_files_alone_are_imported_without_a_listing() {
    let story = Story::begin(&["a/1.jpg", "a/2.jpg"]).await;
    let wish = json!({ "folder": "a", "files": ["a/2.jpg"] });
    let done = story.import(wish).await;
    assert_eq!(done["name"], "photos/a/2.jpg");
    assert_eq!(story.external_ids().await, ["a/2.jpg"]);
    assert_eq!(story.bucket.listed(), Vec::<String>::new());
}

#[tokio::test]
async fn a_folder_and_a_file_in_a_folder_below_are_two_things_without_subfolders() {
    let story = Story::begin(&["a/1.jpg", "a/b/2.jpg", "a/b/3.jpg"]).await;
    let wish = json!({ "folders": ["a", "a"], "files": ["a/b/2.jpg"], "subfolders": false });
    story.import(wish).await;
    assert_eq!(story.external_ids().await, ["a/1.jpg", "a/b/2.jpg"]);
}

#[tokio::test]
async fn nothing_picked_is_refused_as_is_a_project_that_is_not_named() {
    let story = Story::begin(&["a.jpg"]).await;
    let upload = json!({ "upload": true, "projectId": story.project });
    assert_eq!(story.explore(upload).await.code(), "explorer.nothing_picked");
    let nowhere = json!({ "upload": true, "folder": "" });
    assert_eq!(story.explore(nowhere).await.code(), "project.not_found");
    let priority = json!({ "upload": true, "projectId": story.project, "folder": "", "priority": 1001 });
    assert_eq!(story.explore(priority).await.code(), "import.priority_invalid");
}
