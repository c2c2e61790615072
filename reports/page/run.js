// Filters the properties of a run. The filter stands in the address's fragment, so that it can be kept and sent;
// any other fragment is a place on the page.
"use strict";

(() => {
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const mechanisms = Array.from(document.querySelectorAll(".mechanism"), (section) => ({
    section,
    name: section.dataset.mechanism,
    properties: Array.from(section.querySelectorAll(".property"), (element) => ({ element, text: null })),
  }));

  // What is not filled in does not filter.
  function filter() {
    return new URLSearchParams(Array.from(new FormData(form)).filter(([, value]) => value !== ""));
  }

  // Everything a property says, gathered when it is first asked for.
  function text(property) {
    property.text ??= property.element.textContent.toLowerCase();
    return property.text;
  }

  function fits(property, wanted, words) {
    const { verdict, level, unexpected } = property.element.dataset;
    return (
      (!wanted.has("verdict") || wanted.getAll("verdict").includes(verdict)) &&
      (!wanted.has("level") || wanted.get("level") === level) &&
      (!wanted.has("unexpected") || unexpected === "yes") &&
      words.every((word) => text(property).includes(word))
    );
  }

  function apply() {
    const wanted = filter();
    const words = (wanted.get("text") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    let all = 0;
    let visible = 0;
    for (const { section, name, properties } of mechanisms) {
      const is_wanted = !wanted.has("mechanism") || wanted.get("mechanism") === name;
      let any = false;
      for (const property of properties) {
        const fit = is_wanted && fits(property, wanted, words);
        property.element.hidden = !fit;
        any ||= fit;
        visible += fit ? 1 : 0;
      }
      section.hidden = !any;
      all += properties.length;
    }
    shown.value = visible === all ? `all ${all} properties` : `${visible} of ${all} properties`;
  }

  function fill(wanted) {
    for (const field of form.elements) {
      if (field.type === "checkbox") {
        field.checked = wanted.getAll(field.name).includes(field.value);
      } else if (field.name) {
        field.value = wanted.get(field.name) ?? "";
      }
    }
  }

  // Shows the place that the fragment names, which the filter may hide.
  function go_to(fragment) {
    const target = document.getElementById(fragment);
    if (target === null) {
      return;
    }
    if (target.closest("[hidden]")) {
      fill(new URLSearchParams());
      apply();
    }
    if (target.matches("details")) {
      target.open = true;
    }
    target.scrollIntoView();
  }

  function read_address() {
    const fragment = location.hash.slice(1);
    const is_filter = fragment.includes("=");
    if (is_filter) {
      fill(new URLSearchParams(fragment));
    }
    apply();
    if (fragment !== "" && !is_filter) {
      go_to(fragment);
    }
  }

  function write_address() {
    const wanted = filter().toString();
    // An empty fragment would scroll to the top.
    history.replaceState(null, "", wanted === "" ? location.href.split("#")[0] : `#${wanted}`);
    apply();
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", write_address);
  form.addEventListener("reset", () => setTimeout(write_address));
  addEventListener("hashchange", read_address);
  read_address();
})();
