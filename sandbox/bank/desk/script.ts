// The desk's only script: sends forms without reloading, swaps in the answer, reads it out, and looks every few
// seconds whether the customer has answered. Without it the page works as plain forms and links.

export const SCRIPT = `
(() => {
  const said = document.getElementById("said")
  const seen = new Map()
  let busy = false
  // Only the middle: parsing the head would bring its style along, which the policy of this page refuses.
  const read = (html) => new DOMParser().parseFromString(html.slice(html.indexOf("<main>"), html.indexOf("</main>")), "text/html")
  const local = () => {
    for (const time of document.querySelectorAll("time"))
      time.textContent = new Date(time.dateTime).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  }
  local()
  const show = (html) => {
    const next = read(html)
    if (document.getElementById("before")?.open) next.getElementById("before")?.setAttribute("open", "")
    const held = document.activeElement?.id
    // What was typed in any form stays.
    for (const input of document.querySelectorAll("main input[id]")) {
      const fresh = next.getElementById(input.id)
      if (fresh) Object.assign(fresh, { value: input.value, checked: input.checked })
    }
    document.querySelector("main").replaceWith(next.querySelector("main"))
    local()
    if (held) document.getElementById(held)?.focus()
  }
  document.addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter
    if (!form.matches("form[data-act]")) return
    event.preventDefault()
    if (busy) return
    busy = true
    button?.setAttribute("aria-busy", "true")
    try {
      const body = new URLSearchParams(new FormData(form, button))
      const answer = await fetch(form.action, { method: "POST", body })
      show(await answer.text())
      const wrong = document.querySelector(".wrong")
      const top = document.querySelector(".log .line")
      said.textContent = wrong ? wrong.textContent : top ? top.querySelector(".title").textContent + ". " + top.querySelector("p").textContent : ""
    } catch {
      said.textContent = "The sandbox did not answer. Is it still running?"
    } finally {
      busy = false
      button?.removeAttribute("aria-busy")
    }
  })
  setInterval(async () => {
    if (busy || document.hidden) return
    try {
      const answer = await fetch(location.href)
      const next = read(await answer.text())
      for (const id of ["books", "cases", "log"]) {
        const here = document.getElementById(id), there = next.getElementById(id)
        if (busy || !here || !there || seen.get(id) === there.innerHTML || here.contains(document.activeElement)) continue
        seen.set(id, there.innerHTML)
        if (here.querySelector("details")?.open) there.querySelector("details")?.setAttribute("open", "")
        here.replaceWith(there)
        local()
      }
    } catch {
      // The next look will tell.
    }
  }, 4000)
})()
`
