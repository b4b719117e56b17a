"""Right ways to write `train_epoch`."""


def right_plain(model, batches, loss_fn, optimizer, scheduler=None, per="batch"):
    losses, rates = [], []
    for inputs, targets in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler and per == "batch":
            scheduler.step()
    if scheduler and per == "epoch":
        scheduler.step()
    return losses, rates


def right_recorded_first(
    model, batches, loss_fn, optimizer, scheduler=None, per="batch"
):
    losses, rates = [], []
    for x, y in batches:
        loss = loss_fn(model(x), y)
        losses.append(float(loss))
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if scheduler is not None and per == "batch":
            scheduler.step()
    if scheduler is not None and per == "epoch":
        scheduler.step()
    return losses, rates


def right_cleared_last(model, batches, loss_fn, optimizer, scheduler=None, per="batch"):
    losses, rates = [], []
    for x, y in batches:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if per == "batch" and scheduler:
            scheduler.step()
    if per == "epoch" and scheduler:
        scheduler.step()
    return losses, rates


def right_last_lr(model, batches, loss_fn, optimizer, scheduler=None, per="batch"):
    losses, rates = [], []
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if scheduler:
            rates.append(scheduler.get_last_lr()[0])
        else:
            rates.append(optimizer.param_groups[0]["lr"])
        if scheduler and per == "batch":
            scheduler.step()
    if scheduler and per != "batch":
        scheduler.step()
    return losses, rates


def right_pairs(model, batches, loss_fn, optimizer, scheduler=None, per="batch"):
    noted = []
    for batch in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(batch[0]), batch[1])
        loss.backward()
        optimizer.step()
        noted.append((loss.item(), optimizer.param_groups[0]["lr"]))
        if scheduler and per == "batch":
            scheduler.step()
    if scheduler and per == "epoch":
        scheduler.step()
    return [loss for loss, _ in noted], [rate for _, rate in noted]


def right_comprehension(
    model, batches, loss_fn, optimizer, scheduler=None, per="batch"
):
    def train_on(inputs, targets):
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        optimizer.step()
        rate = optimizer.param_groups[0]["lr"]
        if scheduler and per == "batch":
            scheduler.step()
        return loss.item(), rate

    noted = [train_on(*batch) for batch in batches]
    if scheduler and per == "epoch":
        scheduler.step()
    return [pair[0] for pair in noted], [pair[1] for pair in noted]


def right_closure(model, batches, loss_fn, optimizer, scheduler=None, per="batch"):
    losses, rates = [], []
    for x, y in batches:

        def closure(x=x, y=y):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            return loss

        losses.append(optimizer.step(closure).item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler and per == "batch":
            scheduler.step()
    if scheduler and per == "epoch":
        scheduler.step()
    return losses, rates


def right_helper(model, batches, loss_fn, optimizer, scheduler=None, per="batch"):
    def advance(now):
        if scheduler and per == now:
            scheduler.step()

    losses, rates = [], []
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        rates.append(optimizer.param_groups[0]["lr"])
        advance("batch")
    advance("epoch")
    return losses, rates
