import io.patchbay.api.document.Value;
import io.patchbay.client.DocumentCollection;
import io.patchbay.client.Interest;
import io.patchbay.client.PatchbayClient;
import java.net.URI;
import java.util.concurrent.CountDownLatch;

/** Watches the large cities until two are there, and adds one. */
class Cities {
    public static void main(String[] arguments) throws InterruptedException {
        CountDownLatch two = new CountDownLatch(1);
        try (PatchbayClient client = PatchbayClient.of(URI.create("http://127.0.0.1:7420"))) {
            client.login("ann", "correct horse battery").join();
            DocumentCollection cities = client.collection("cities");
            cities.watch(Interest.in("population > 400000"), (state, position) -> {
                state.values().forEach(city -> System.out.println(city.data().findText("name").orElseThrow()));
                if (state.size() >= 2) two.countDown();
            }).join();
            cities.put("paris", Value.struct("name", Value.of("Paris"), "population", Value.of(2_102_650))).join();
            two.await();
        }
    }
}
