// Passkeys: asks the browser for what the form's data-options say, and sends its answer with the form.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
const listed = (kept) => (kept || []).map((one) => ({ ...one, id: bytes(one.id) }))

async function answer(form) {
  const options = JSON.parse(form.dataset.options)
  options.challenge = bytes(options.challenge)
  if (form.dataset.passkey === 'create') {
    options.user.id = bytes(options.user.id)
    options.excludeCredentials = listed(options.excludeCredentials)
    return navigator.credentials.create({ publicKey: options })
  }
  options.allowCredentials = listed(options.allowCredentials)
  return navigator.credentials.get({ publicKey: options })
}

function asText(made) {
  const response = {}
  for (const part of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (made.response[part]) response[part] = text(made.response[part])
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} })
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  const says = form.querySelector('[data-passkey-says]')
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (!window.PublicKeyCredential) {
      says.textContent = 'This browser has no passkeys. Use an authenticator app.'
      return
    }
    try {
      form.elements.passkey.value = asText(await answer(form))
      form.submit()
    } catch {
      says.textContent = 'Nothing was changed: the browser gave no passkey. Try again, or use an authenticator app.'
    }
  })
}
