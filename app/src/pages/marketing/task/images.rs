//! The images of a task.

use leptos::prelude::*;
use store::advocacy::amplification::Task;

use super::wordings::may_edit;
use crate::components::form;

/// What is wrong with an image that was just added.
pub(super) fn image_errors(why: &str) -> AnyView {
    let why = why.to_owned();
    view! {
        <div class="errors" role="alert" tabindex="-1" id="errors" autofocus=true>
            <h2>"One thing needs another look"</h2><ul><li><a href="#file">{why}</a></li></ul>
        </div>
    }
    .into_any()
}

pub(super) fn images(task: &Task, error: Option<&str>) -> AnyView {
    let rows = task
        .images
        .iter()
        .enumerate()
        .map(|(index, image)| {
            let (address, name) = (format!("/celebrate/{}/images/{}", task.id, image.id), format!("Image {}", index + 1));
            view! { <li><a href=address><img src=address.clone() alt=name.clone() loading="lazy"/></a><span class="small soft" aria-hidden="true">{name}</span></li> }
        })
        .collect_view();
    if task.images.is_empty() && !may_edit(task) {
        return ().into_any();
    }
    let list = if task.images.is_empty() { ().into_any() } else { view! { <ul class="pictures">{rows}</ul> }.into_any() };
    let wrong = error.is_some();
    let by = if wrong { "file-h file-e" } else { "file-h" };
    let line = error.map(|why| view! { <p class="error" id="file-e">{why.to_owned()}</p> });
    let form = may_edit(task).then(|| {
        view! {
            <form class="stack" method="post" action="/api/advocacy/amplification/image" enctype="multipart/form-data">
                {form::hidden("task", task.id)}
                {form::hidden("revision", task.revision)}
                <div class="field">
                    <label for="file">"Add an image"</label>
                    <p class="hint" id="file-h">"PNG, JPEG or WebP, up to 5 MB. It changes nothing until a wording uses it."</p>
                    <input id="file" name="file" type="file" accept="image/png,image/jpeg,image/webp" aria-describedby=by aria-invalid=wrong.then_some("true") aria-required="true"/>
                    {line}
                </div>
                <p><button class="button">"Add the image"</button></p>
            </form>
        }
    });
    view! { <section id="images" class="stack" aria-labelledby="images-h"><h2 id="images-h">"Images"</h2>{list}{form}</section> }.into_any()
}
