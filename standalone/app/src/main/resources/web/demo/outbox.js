/**
 * What is being sent from one pane, below its events until the answer is there. A message that failed keeps its key,
 * so sending it again cannot say it twice.
 */
export class Outbox {
  #line;
  #publish;
  #announce;

  /** @param {(text: string, key: string) => Promise<unknown>} publish */
  constructor(pane, publish, announce) {
    this.#line = pane.querySelector('.outbox');
    this.#publish = publish;
    this.#announce = announce;
  }

  async send(text, key = newKey()) {
    const note = document.createElement('span');
    note.className = 'sending';
    // an answer is normally there before this could be read
    const slow = setTimeout(() => this.#show(note, `Sending “${text}”…`), 250);
    try {
      await this.#publish(text, key);
      this.#remove(note);
    } catch (problem) {
      this.#show(note, `Not sent: “${text}”. ${problem.message} `);
      const again = document.createElement('button');
      again.type = 'button';
      again.textContent = 'Send again';
      again.addEventListener('click', () => {
        this.#remove(note);
        this.send(text, key);
      });
      note.append(again);
      this.#announce(`Not sent: ${text}`);
    } finally {
      clearTimeout(slow);
    }
  }

  #show(note, text) {
    note.textContent = text;
    this.#line.append(note);
    this.#line.hidden = false;
  }

  #remove(note) {
    note.remove();
    this.#line.hidden = this.#line.childElementCount === 0;
  }
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('-');
}
