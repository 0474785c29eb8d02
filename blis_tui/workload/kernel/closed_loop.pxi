# What is sent when answers come: follow-ups of sessions, in the order of the answers (BLIS's SessionManager.OnComplete).

cdef struct Pending:
    int64_t time  # when a request is answered
    int64_t order  # of equal times, in the order in which the requests came to be
    int64_t session


cdef inline bint is_before(const Pending *a, const Pending *b) noexcept nogil:
    return a.time < b.time or (a.time == b.time and a.order < b.order)


cdef struct Heap:
    Pending *pending
    int64_t size


cdef void push(Heap *heap, Pending one) noexcept nogil:
    cdef int64_t at = heap.size, above
    heap.size += 1
    while at > 0:
        above = (at - 1) // 2
        if not is_before(&one, &heap.pending[above]):
            break
        heap.pending[at] = heap.pending[above]
        at = above
    heap.pending[at] = one


cdef Pending pop(Heap *heap) noexcept nogil:
    cdef Pending first = heap.pending[0], last
    cdef int64_t at = 0, below
    heap.size -= 1
    last = heap.pending[heap.size]
    while True:
        below = 2 * at + 1
        if below >= heap.size:
            break
        if below + 1 < heap.size and is_before(&heap.pending[below + 1], &heap.pending[below]):
            below += 1
        if not is_before(&heap.pending[below], &last):
            break
        heap.pending[at] = heap.pending[below]
        at = below
    heap.pending[at] = last
    return first


cdef class ClosedLoop:
    """Lets sessions go on: each answer brings the next request of its session, as much as a sheet holds at a time."""

    cdef object _keep
    cdef const Program[::1] programs
    cdef const Sampler[::1] samplers
    cdef const int32_t[::1] stop
    cdef const int64_t[::1] seeds, rounds
    cdef const int32_t[::1] client, block
    cdef int64_t[::1] context, round
    cdef Bins bins
    cdef Heap heap
    cdef Stream **streams  # by session, open from the first follow-up to the last
    cdef int64_t ttft, itl, horizon, budget, first_order
    cdef readonly int64_t made
    """How many follow-ups there are so far."""
    cdef readonly int64_t time
    """When the answer came that was handled last, in µs."""
    cdef readonly int64_t tokens
    """Of the request that is too long."""
    cdef readonly int64_t failed_client

    def __init__(self, programs, stop, sessions, *, ttft_us, itl_us, horizon_us, budget, order):
        """Take the sessions: columns `client`, `block`, `seed`, `rounds`, `context` (tokens said so far), `answered` (when the
        first request is, negative for never) and `order` of that request. `budget` is the most follow-ups of all, negative
        for any number; `order` is that of the first of them."""
        cdef int64_t i
        cdef Pending one
        _fill_tables()
        self._keep = programs
        self.programs, self.samplers, self.stop = programs.programs, programs.samplers, stop
        self.bins = bins_of(programs.values, programs.shares)
        self.client, self.block, self.seeds = sessions["client"], sessions["block"], sessions["seed"]
        self.rounds, self.context = sessions["rounds"], sessions["context"].copy()
        self.round = np.zeros(len(sessions["client"]), np.int64)
        self.ttft, self.itl, self.horizon, self.budget, self.first_order = ttft_us, itl_us, horizon_us, budget, order
        cdef const int64_t[::1] answered = sessions["answered"]
        cdef const int64_t[::1] orders = sessions["order"]
        self.heap.pending = <Pending *>malloc((answered.shape[0] + 1) * sizeof(Pending))
        self.streams = <Stream **>calloc(answered.shape[0] + 1, sizeof(Stream *))
        if self.heap.pending == NULL or self.streams == NULL:
            raise MemoryError
        for i in range(answered.shape[0]):
            if answered[i] >= 0:
                one.time, one.order, one.session = answered[i], orders[i], i
                push(&self.heap, one)

    def close(self):
        """Close all streams."""
        cdef int64_t i
        if self.streams != NULL:
            for i in range(self.client.shape[0]):
                free(self.streams[i])
            free(self.streams)
            free(self.heap.pending)
        self.streams = NULL
        self.heap.pending = NULL

    def __dealloc__(self):
        self.close()

    def fill(self, sheet):
        """Write follow-ups down until no answer brings one or the sheet is full; return how it ended."""
        cdef Rows rows
        columns = sheet.columns
        cdef int64_t[::1] arrival = columns["arrival"], place = columns["place"], session = columns["session"]
        cdef int32_t[::1] fresh = columns["fresh"], output = columns["output"], client = columns["client"]
        cdef int32_t[::1] round = columns["round"], context = columns["context"]
        rows.used, rows.rows = sheet.used, sheet.rows
        rows.arrival, rows.place, rows.client = &arrival[0], &place[0], &client[0]
        rows.fresh, rows.output = &fresh[0], &output[0]
        rows.session, rows.round, rows.context = &session[0], &round[0], &context[0]
        cdef int end
        with nogil:
            end = self._run(&rows)
        sheet.used = rows.used
        return end

    cdef int _run(self, Rows *rows) noexcept nogil:
        cdef Pending answer
        cdef int end
        while self.heap.size and self.heap.pending[0].time <= self.horizon:
            if self.stop[0]:
                return STOPPED
            if rows.used == rows.rows:
                return FULL
            if self.budget >= 0 and self.made >= self.budget:
                return DONE
            answer = pop(&self.heap)
            self.time = answer.time
            end = self._go_on(answer.session, rows)
            if end != DONE:
                return end
        return DONE

    cdef int _go_on(self, int64_t session, Rows *rows) noexcept nogil:
        """Send the next request of a session, or end it."""
        cdef const Program *program = &self.programs[self.block[session]]
        cdef int64_t arrival, fresh, output, answered, row = rows.used
        cdef Pending one
        cdef Stream *s
        if self.round[session] + 1 >= self.rounds[session] or program.think_time_us > self.horizon - self.time:
            self._end(session)
            return DONE
        arrival = self.time + program.think_time_us
        s = self.streams[session]
        if s == NULL:
            s = self.streams[session] = <Stream *>malloc(sizeof(Stream))
            if s == NULL:
                return STOPPED
            open_stream(s, self.seeds[session], &self.stop[0])
        fresh = sample(s, &self.samplers[program.input], self.bins)
        output = sample(s, &self.samplers[program.output], self.bins)
        if fresh > MAX_LENGTH or output > MAX_LENGTH or self.context[session] + fresh > MAX_LENGTH:
            self.failed_client = self.client[session]
            self.tokens = output if output > MAX_LENGTH else self.context[session] + fresh
            return TOO_LONG
        self.round[session] += 1
        rows.arrival[row], rows.place[row], rows.session[row] = arrival, place_of(s), session
        rows.fresh[row], rows.output[row] = <int32_t>fresh, <int32_t>output
        rows.client[row], rows.round[row] = self.client[session], <int32_t>self.round[session]
        rows.context[row] = <int32_t>self.context[session]
        rows.used += 1
        if program.grows:
            self.context[session] += fresh + output
        skip_tokens(s, fresh + output)
        one.order, one.session = self.first_order + self.made, session
        self.made += 1
        answered = answer_time(arrival, output, self.ttft, self.itl, program.timeout_us)
        if answered < 0:
            self._end(session)
        else:
            one.time = answered
            push(&self.heap, one)
        return DONE

    cdef void _end(self, int64_t session) noexcept nogil:
        free(self.streams[session])
        self.streams[session] = NULL


cdef inline int64_t answer_time(int64_t arrival, int64_t output, int64_t ttft, int64_t itl, int64_t timeout) noexcept nogil:
    """Return when a request is answered, negative if never: past its deadline, or past all time."""
    if ttft > INT64_MAX - arrival or (itl > 0 and output > (INT64_MAX - arrival - ttft) // itl):
        return -1
    arrival += ttft + itl * output
    return -1 if timeout > 0 and ttft + itl * output > timeout else arrival


def first_requests(programs, blocks, seeds, stop):
    """Draw the first request of each virtual user from a stream of its own; return places, input and output lengths.

    `blocks` are the users' programs. A length may be more than a request can have.
    """
    cdef const Program[::1] some = programs.programs
    cdef const Sampler[::1] samplers = programs.samplers
    cdef Bins bins = bins_of(programs.values, programs.shares)
    cdef const int32_t[::1] block = blocks
    cdef const int64_t[::1] seed = seeds
    cdef const int32_t[::1] stopped = stop
    result = np.empty((3, len(seeds)), np.int64)
    cdef int64_t[:, ::1] found = result
    cdef Stream s
    cdef int64_t i
    _fill_tables()
    with nogil:
        for i in range(seed.shape[0]):
            open_stream(&s, seed[i], &stopped[0])
            found[1, i] = sample(&s, &samplers[some[block[i]].input], bins)
            found[2, i] = sample(&s, &samplers[some[block[i]].output], bins)
            found[0, i] = place_of(&s)
    return result
