-- Support asks how many orders each country has placed.
SELECT c.country, count(*) AS orders, min(o.created_at) AS first_order
FROM customers c JOIN orders o ON o.customer_id = c.id
GROUP BY c.country
ORDER BY c.country;
