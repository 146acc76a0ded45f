"use strict";
/* Filters, sorts and opens findings. All texts are set as text: nothing here makes markup out of them. */
(() => {
  const one = (id) => document.getElementById(id);
  const list = document.querySelector(".findings");
  if (!list) return;
  const findings = [...list.children];
  const tools = { filter: one("filter"), host: one("host"), pattern: one("pattern"), sort: one("sort") };
  const help = one("help");
  let events = null;

  const make = (name, text, parent) => {
    const element = document.createElement(name);
    element.textContent = text;
    parent?.append(element);
    return element;
  };

  /* Raw events are kept as positions of texts; see raw_events.py. */
  const read = () => (events ??= JSON.parse(one("events").textContent));
  const raw = (finding) => {
    const { texts, events } = read();
    return events[finding.querySelector(".raw").dataset.raw].map((pairs) => {
      const fields = [];
      for (let at = 0; at < pairs.length; at += 2) fields.push([texts[pairs[at]], texts[pairs[at + 1]]]);
      return fields;
    });
  };

  const showRaw = (finding) => {
    const place = finding.querySelector(".raw");
    const button = place.querySelector("button");
    if (place.childElementCount > 1) {
      const shown = place.lastElementChild;
      shown.hidden = !shown.hidden;
      button.setAttribute("aria-expanded", String(!shown.hidden));
      return;
    }
    const shown = make("div", "", place);
    ["The event as recorded", "In the names of CAR"].forEach((title, at) => {
      const fields = raw(finding)[at];
      if (!fields.length) return;
      make("h4", title, shown);
      const body = make("tbody", "", make("table", "", shown));
      for (const [name, value] of fields) {
        const row = make("tr", "", body);
        make("th", name, row).scope = "row";
        make("td", value, row);
      }
    });
    button.setAttribute("aria-expanded", "true");
  };

  const prepare = (finding) => {
    const place = finding.querySelector(".raw");
    if (place.childElementCount) return;
    const button = make("button", "Raw event", place);
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => showRaw(finding));
  };
  list.addEventListener("toggle", (event) => prepare(event.target.closest(".finding")), true);

  const texts = new Map();
  const textOf = (finding) => {
    if (!texts.has(finding)) {
      const fields = raw(finding).flat(2).join("\n");
      texts.set(finding, `${finding.textContent}\n${fields}`.toLowerCase());
    }
    return texts.get(finding);
  };

  const apply = () => {
    const words = tools.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { value: host } = tools.host;
    const { value: by } = tools.pattern;
    let shown = 0;
    for (const finding of findings) {
      const { dataset } = finding;
      const fits = (host === "*" || dataset.host === host)
        && (by === "*" || dataset.by.split(" ").includes(by))
        && (!words.length || words.every((word) => textOf(finding).includes(word)));
      finding.hidden = !fits;
      shown += fits;
    }
    one("count").textContent = shown < findings.length ? `${shown} of ${findings.length} shown` : "";
    one("none").hidden = shown > 0;
  };

  const number = (name, way = 1) => (a, b) => way * (a.dataset[name] - b.dataset[name]);
  const orders = {
    order: number("order"),
    time: (a, b) => (a.dataset.time || "9999").localeCompare(b.dataset.time || "9999"),
    host: number("host"),
    rare: number("rare"),
    look: number("look", -1),
  };
  const sort = () => {
    const order = orders[tools.sort.value];
    findings.sort((a, b) => order(a, b) || orders.order(a, b));
    list.append(...findings);
  };

  const visible = () => findings.filter((finding) => !finding.hidden);
  const current = () => document.activeElement?.closest(".finding");
  const move = (step) => {
    const shown = visible();
    const at = shown.indexOf(current());
    const next = shown[at < 0 ? (step > 0 ? 0 : shown.length - 1) : at + step];
    next?.querySelector("summary").focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const keys = {
    "/": () => tools.filter.focus(),
    "?": () => help.showModal(),
    j: () => move(1),
    k: () => move(-1),
    r: () => {
      const finding = current();
      if (!finding) return;
      finding.querySelector("details").open = true;
      prepare(finding);
      showRaw(finding);
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.key === "Escape" && event.target === tools.filter) {
      tools.filter.value = "";
      tools.filter.blur();
      apply();
      return;
    }
    if (event.target.closest("input, select, textarea")) return;
    const act = keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  let waiting = 0;
  tools.filter.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, findings.length > 500 ? 150 : 0);
  });
  tools.host.addEventListener("change", apply);
  tools.pattern.addEventListener("change", apply);
  tools.sort.addEventListener("change", sort);
  one("keys").addEventListener("click", () => help.showModal());
  one("tools").addEventListener("submit", (event) => event.preventDefault());

  /* A link to a finding opens it; a printed page shows all of each. */
  const open = () => {
    const finding = /^#f\d+$/.test(location.hash) && one(location.hash.slice(1));
    if (finding) finding.querySelector("details").open = true;
  };
  addEventListener("hashchange", open);
  addEventListener("beforeprint", () => {
    for (const finding of visible()) finding.querySelector("details").open = true;
  });
  open();
  one("tools").hidden = false;
})();
