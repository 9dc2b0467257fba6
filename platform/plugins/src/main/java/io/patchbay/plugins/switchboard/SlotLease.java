package io.patchbay.plugins.switchboard;

import io.patchbay.api.migration.StateVersions;
import io.patchbay.api.plugin.Lease;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A lease that its provider counts until it is closed; closing again does nothing. */
final class SlotLease<T> implements Lease<T> {
    private static final VarHandle SERVICE;

    static {
        try {
            SERVICE = MethodHandles.lookup().findVarHandle(SlotLease.class, "service", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Slot slot;
    private final Provider from;
    private final Thread thread = Thread.currentThread();
    private final long acquiredNanos = System.nanoTime();
    private final int cell;

    /** Null once closed, so that a lease left lying about holds no class loader. */
    private volatile @Nullable Object service;

    /** {@code from} has been entered for this lease already. */
    SlotLease(Slot slot, Provider from, T service) {
        this.slot = slot;
        this.from = from;
        this.service = service;
        this.cell = from.holders().add(this);
    }

    @Override
    @SuppressWarnings("unchecked") // it was a T when the lease was made
    public T provider() {
        Object leased = service;
        if (leased == null) {
            throw new IllegalStateException("the lease on " + slot + " is closed");
        }
        return (T) leased;
    }

    @Override
    public long generation() {
        return from.generation();
    }

    @Override
    public boolean current() {
        return slot.current() == from;
    }

    @Override
    public StateVersions stateVersions() {
        return DeclaredState.of(from.reference());
    }

    @Override
    public void failed(Throwable failure) {
        from.failures().add(failure, System.nanoTime());
    }

    @Override
    public void close() {
        if (SERVICE.getAndSet(this, null) != null) {
            from.holders().remove(this, cell);
            from.leave();
        }
    }

    Holder holder() {
        return new Holder(
                slot.type(), slot.name(), thread.getName(), Duration.ofNanos(System.nanoTime() - acquiredNanos));
    }
}
