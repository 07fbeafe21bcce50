// Keeps the Inbox page as the chats are: every second the parts that change are drawn anew. What is being typed is never touched.

const EVERY_MS = 1_000
const log = document.getElementById("log")
const toEnd = () => log?.scrollTo(0, log.scrollHeight)

async function look() {
  if (document.hidden) return
  const answer = await fetch(location.href, { redirect: "error" }).catch(() => undefined)
  if (!answer?.ok) return
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html")
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.querySelector(`[data-live="${part.dataset.live}"]`)
    // A button under somebody's finger or focus stays where it is.
    if (!now || now.innerHTML === part.innerHTML || part.contains(document.activeElement)) continue
    part.replaceChildren(...now.childNodes)
    if (part.dataset.live === "log") toEnd()
  }
}

toEnd()
setInterval(() => void look(), EVERY_MS)
