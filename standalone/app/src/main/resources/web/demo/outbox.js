/**
 * What is being sent from one pane, below its events until it is one of them. A message that failed keeps its id, so
 * sending it again cannot say it twice.
 */
export class Outbox {
  #line;
  #send;
  #announce;

  /** @param {(text: string) => import('/client/index.js').Send} send */
  constructor(pane, send, announce) {
    this.#line = pane.querySelector('.outbox');
    this.#send = send;
    this.#announce = announce;
  }

  send(text) {
    this.#follow(text, this.#send(text));
  }

  async #follow(text, send) {
    const note = document.createElement('span');
    note.className = 'sending';
    // an answer is normally there before this could be read
    const slow = setTimeout(() => this.#show(note, `Sending “${text}”…`), 250);
    try {
      await send.done;
      this.#remove(note);
    } catch (problem) {
      this.#show(note, `Not sent: “${text}”. ${problem.message} `);
      const again = document.createElement('button');
      again.type = 'button';
      again.textContent = 'Send again';
      again.addEventListener('click', () => {
        this.#remove(note);
        send.retry();
        this.#follow(text, send);
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
