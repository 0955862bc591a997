// Keeps what is typed into the form of an entry as its writer's draft: when typing pauses, and when the page is left or hidden.
// Without scripts it is kept when the form is sent.
const PAUSE = 3000
const APART = 20000 // milliseconds between two of the first kind: each is a line of the access log
const LARGEST = 60000 // bytes that a browser still sends for a page that is left

for (const form of document.querySelectorAll('form[data-keeps]')) {
  let changed = false
  let sent = false
  let last = 0
  let waiting

  const keep = () => {
    clearTimeout(waiting)
    if (!changed || sent) return
    changed = false
    last = Date.now()
    const body = new URLSearchParams(new FormData(form))
    body.set('step', 'idle')
    const small = body.toString().length < LARGEST
    fetch(form.action, { method: 'POST', body, keepalive: small, redirect: 'manual' })
      .then((answer) => { changed ||= answer.status !== 204 })
      .catch(() => { changed = true })
  }

  form.addEventListener('input', () => {
    changed = true
    clearTimeout(waiting)
    waiting = setTimeout(keep, Math.max(PAUSE, last + APART - Date.now()))
  })
  form.addEventListener('submit', () => { sent = true })
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') keep() })
  for (const leaving of ['beforeunload', 'pagehide']) window.addEventListener(leaving, keep)
  window.addEventListener('pageshow', () => { sent = false })
}
