package io.patchbay.engine.feed;

/** Keeps the feed from being trimmed beyond an offset, up to twice what the feed keeps otherwise. Any thread. */
public final class FeedPin implements AutoCloseable {
    private final String name;
    private final Runnable onClose;
    private volatile long offset;

    FeedPin(String name, long offset, java.util.function.Consumer<FeedPin> onClose) {
        this.name = name;
        this.offset = offset;
        this.onClose = () -> onClose.accept(this);
    }

    public String name() {
        return name;
    }

    /** What comes behind it is still needed. */
    public long offset() {
        return offset;
    }

    public void moveTo(long readThrough) {
        offset = readThrough;
    }

    @Override
    public void close() {
        onClose.run();
    }
}
